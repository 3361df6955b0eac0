package dev.mayfly.invoker.sources;

import dev.mayfly.contracts.events.TenantBrokers;
import dev.mayfly.contracts.function.EventSource;
import dev.mayfly.contracts.function.EventSource.KafkaTopic;
import dev.mayfly.contracts.function.SourceReport;
import dev.mayfly.contracts.triggers.EventFilter;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the topic of one mapping for as long as it is open, together with the other invokers; waits out what is wrong. */
final class KafkaPoller implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(KafkaPoller.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(3);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final KafkaTopic source;
    private final TenantBrokers brokers;
    private final BatchDelivery delivery;
    private final SourceReports reports;
    private final SourceMetrics metrics;
    private final SourceMemory memory;
    private final SourceSettings settings;
    private final Stopping stopping = new Stopping();
    private final Thread thread;

    KafkaPoller(
            KafkaTopic source,
            TenantBrokers brokers,
            BatchDelivery delivery,
            SourceReports reports,
            SourceMetrics metrics,
            SourceMemory memory,
            SourceSettings settings) {
        this.source = source;
        this.brokers = brokers;
        this.delivery = delivery;
        this.reports = reports;
        this.metrics = metrics;
        this.memory = memory;
        this.settings = settings;
        this.thread = Thread.ofPlatform().daemon().name("source-" + source.id()).start(this::run);
    }

    /** Whether this is what {@code other} asks for: registries announce all again when they start. */
    boolean reads(@Nullable EventSource other) {
        return source.equals(other);
    }

    private void run() {
        try {
            EventFilter filter = EventFilter.of(source.filters());
            Duration pause = PAUSE;
            while (!stopping.isStopped()) {
                long begun = System.nanoTime();
                Optional<String> trouble = trouble();
                if (trouble.isEmpty()) {
                    trouble = read(filter);
                }
                trouble.ifPresent(what -> {
                    log.info("Event source {} cannot be read: {}", source.id(), what);
                    reports.say(source, SourceReport.Phase.TROUBLED, "PROBLEM: " + what);
                });
                if (System.nanoTime() - begun > LONGEST_PAUSE.toNanos()) {
                    pause = PAUSE;
                }
                stopping.pause(pause);
                pause = longer(pause);
            }
        } catch (Stopping.StoppedException e) {
            log.debug("Event source {} is not read any more", source.id());
        } catch (EventFilter.InvalidPatternException e) {
            reports.say(source, SourceReport.Phase.TROUBLED, "PROBLEM: " + e.getMessage());
        }
    }

    static Duration longer(Duration pause) {
        return Stopping.doubled(pause, LONGEST_PAUSE);
    }

    private Optional<String> read(EventFilter filter) {
        try (var reading = new TopicReading(source, filter, delivery, metrics, memory, settings)) {
            if (!reading.topicExists()) {
                return Optional.of("The topic " + source.topic() + " does not exist");
            }
            reports.say(source, SourceReport.Phase.READING, null);
            reading.run(stopping);
            return Optional.empty();
        } catch (KafkaException e) {
            log.info("Event source {}: Kafka fails", source.id(), e);
            return Optional.of("Kafka fails: " + e.getMessage());
        } catch (RuntimeException e) {
            log.error("Event source {} broke off and is read again", source.id(), e);
            return Optional.of("An internal error occurred");
        }
    }

    /** Why it must not be read, or cannot. */
    private Optional<String> trouble() {
        var refusal = brokers.refusal(source.accountId(), source.bootstrapServers(), source.topic());
        if (refusal.isPresent() || brokers.isOwn(source.bootstrapServers())) {
            return refusal;
        }
        return strayBroker();
    }

    /** A broker may name others, which the client connects to: they are looked at as if the user had named them. */
    private Optional<String> strayBroker() {
        boolean answered = false;
        for (String server : source.bootstrapServers()) {
            try {
                for (String named : AdvertisedBrokers.of(server, PATIENCE)) {
                    if (brokers.isOwn(List.of(named))) {
                        return Optional.of("The brokers name " + named + " as one of them, and it is Mayfly's own");
                    }
                    var refusal = brokers.refusal(named);
                    if (refusal.isPresent()) {
                        return refusal;
                    }
                }
                answered = true;
            } catch (IOException e) {
                log.info("Event source {}: {} does not answer: {}", source.id(), server, e.toString());
            }
        }
        return answered ? Optional.empty() : Optional.of("Connection error: the brokers do not answer");
    }

    /** Takes nothing new, from now on. */
    void stop() {
        stopping.stop();
    }

    /** Returns when what was begun has ended, or the wait for that is over. */
    @Override
    public void close() {
        stop();
        try {
            thread.join(settings.answerWait().plus(PATIENCE));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
