package dev.mayfly.observability.queue;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.queue.QueueChange;
import dev.mayfly.contracts.queue.QueuedEvent;
import dev.mayfly.observability.projection.Projection;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.core.JacksonException;

/** Three topics become two tables. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(QueueSettings.class)
class QueueProjections {
    private static final Logger log = LoggerFactory.getLogger(QueueProjections.class);

    @Bean
    Projection queuedEvents(QueueTable table) {
        return new Projection() {
            @Override
            public String name() {
                return "queue-events";
            }

            @Override
            public Topics topic() {
                return Topics.INVOCATIONS;
            }

            @Override
            public void apply(List<ConsumerRecord<String, byte[]>> received) {
                var rows = new ArrayList<QueueRow>(received.size());
                for (var one : received) {
                    try {
                        var event = QueuedEvent.from(CloudEvent.from(one));
                        if (event.delivery() == null) {
                            var place = new QueueRow.Place(one.partition(), one.offset());
                            rows.add(QueueRow.queued(event, Instant.ofEpochMilli(one.timestamp()), place));
                        }
                    } catch (IllegalArgumentException e) {
                        skipped(one, e);
                    }
                }
                table.merge(rows);
            }
        };
    }

    @Bean
    Projection queueChanges(QueueTable table, QueueSettings settings, Clock clock) {
        return new Projection() {
            @Override
            public String name() {
                return "queue-changes";
            }

            @Override
            public Topics topic() {
                return Topics.INVOCATION_CHANGES;
            }

            @Override
            public void apply(List<ConsumerRecord<String, byte[]>> received) {
                var rows = new ArrayList<QueueRow>();
                for (var one : received) {
                    try {
                        Json.read(CloudEvent.from(one).data(), QueueChange.Batch.class)
                                .changes()
                                .forEach(change -> rows.add(QueueRow.changed(change)));
                    } catch (IllegalArgumentException | JacksonException e) {
                        skipped(one, e);
                    }
                }
                table.merge(rows);
            }

            @Override
            public void tidy() {
                Instant now = clock.instant();
                int forgotten = table.forget(now.minus(settings.endedRetention()), now.minus(settings.silence()));
                log.debug("{} ended events forgotten", forgotten);
            }
        };
    }

    @Bean
    Projection deadLetterProjection(DeadLetters letters, QueueSettings settings, Clock clock) {
        return new Projection() {
            @Override
            public String name() {
                return "dead-letters";
            }

            @Override
            public Topics topic() {
                return Topics.DEAD_INVOCATIONS;
            }

            @Override
            public void apply(List<ConsumerRecord<String, byte[]>> received) {
                for (var one : received) {
                    try {
                        CloudEvent dead = CloudEvent.from(one);
                        letters.add(
                                QueuedEvent.from(dead),
                                Instant.ofEpochMilli(one.timestamp()),
                                dead.extensions().getOrDefault("reason", "Unknown"),
                                dead.extensions().get("detail"));
                    } catch (IllegalArgumentException e) {
                        skipped(one, e);
                    }
                }
            }

            @Override
            public void tidy() {
                letters.forget(clock.instant().minus(settings.deadLetterRetention()));
            }
        };
    }

    /** What is no event is on the dead-letter topic for people to look at; there is no function to show it with. */
    private static void skipped(ConsumerRecord<String, byte[]> received, RuntimeException why) {
        log.warn(
                "Skipped a record of {} at offset {} that is none of ours: {}",
                received.topic(),
                received.offset(),
                why.toString());
    }
}
