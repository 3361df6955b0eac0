package dev.mayfly.billing.ingest;

import dev.mayfly.billing.BillingSettings;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.contracts.events.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Keeps usage flowing from Kafka into the ledger on a thread of its own: one {@link IngestSession} after another, for as
 * long as the service runs, whatever goes away in between.
 */
@Component
class UsageIngest implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(UsageIngest.class);

    /** How long Kafka gathers what is new, unless there is much of it: each answer costs as much as some dozen records. */
    private static final Duration GATHERING = Duration.ofMillis(250);

    private static final int MUCH_BYTES = 256 << 10;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(3);

    private final BillingSettings settings;
    private final IngestSession.Parts parts;
    private CountDownLatch stopped = new CountDownLatch(1);
    private volatile @Nullable KafkaConsumer<String, byte[]> consumer;
    private @Nullable Thread thread;

    UsageIngest(BillingSettings settings, IngestSession.Parts parts) {
        this.settings = settings;
        this.parts = parts;
    }

    @Override
    public synchronized void start() {
        if (thread == null) {
            var until = new CountDownLatch(1);
            stopped = until;
            thread = Thread.ofPlatform().daemon().name("usage-ingest").start(() -> run(until));
        }
    }

    private void run(CountDownLatch until) {
        while (until.getCount() > 0) {
            try {
                session(until);
            } catch (RuntimeException e) {
                if (until.getCount() > 0) {
                    String trouble = e.toString();
                    if (!trouble.equals(parts.status().freshness().trouble())) {
                        log.warn("Usage is not taken in now; trying again: {}", trouble);
                    }
                    log.debug("Why usage is not taken in", e);
                    parts.status().waiting(trouble);
                    pause(until);
                }
            }
        }
    }

    private void session(CountDownLatch until) {
        TopicCreation.ensureAll(settings.kafka());
        var topic = topic();
        var fresh = new KafkaConsumer<>(consumerConfig(), new StringDeserializer(), new ByteArrayDeserializer());
        try (var deadLetters = new EventPublisher(settings.kafka())) {
            consumer = fresh;
            var session = new IngestSession(parts, fresh, deadLetters, topic);
            session.resume();
            log.info("Taking in usage from {} partitions", topic.partitions());
            while (until.getCount() > 0) {
                session.step();
            }
        } finally {
            consumer = null;
            fresh.close(CloseOptions.timeout(Duration.ofSeconds(1)));
        }
    }

    private IngestSession.Topic topic() {
        String name = Topics.USAGE_EVENTS.topic();
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.kafka()))) {
            var found =
                    admin.describeTopics(List.of(name)).allTopicNames().get().get(name);
            if (found == null) {
                throw new KafkaException("Kafka has no " + name);
            }
            return new IngestSession.Topic(
                    found.topicId().toString(), found.partitions().size());
        } catch (ExecutionException e) {
            throw new KafkaException("Kafka does not describe " + name, e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private Map<String, Object> consumerConfig() {
        return Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                settings.kafka(),
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                settings.billing().batchRecords(),
                ConsumerConfig.FETCH_MIN_BYTES_CONFIG,
                MUCH_BYTES,
                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                (int) GATHERING.toMillis(),
                ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                8 << 20);
    }

    private void pause(CountDownLatch until) {
        try {
            boolean over = until.await(settings.billing().retryDelay().toMillis(), TimeUnit.MILLISECONDS);
            log.trace("Paused, stopped meanwhile: {}", over);
        } catch (InterruptedException e) {
            log.debug("Interrupted: stopping");
        }
    }

    @Override
    public synchronized void stop() {
        Thread running = thread;
        if (running == null) {
            return;
        }
        stopped.countDown();
        var reading = consumer;
        if (reading == null) {
            running.interrupt();
        } else {
            reading.wakeup();
        }
        try {
            if (!running.join(STOP_LIMIT)) {
                running.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread = null;
    }

    @Override
    public synchronized boolean isRunning() {
        return thread != null;
    }
}
