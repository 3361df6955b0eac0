package dev.mayfly.observability.projection;

import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.observability.ObservabilitySettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * One uninterrupted run of a projection. It holds a lock of the database so that of several instances of the service one
 * projects at a time; it ends with an exception when Kafka or PostgreSQL goes away.
 */
final class ProjectionSession implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ProjectionSession.class);
    private static final Duration POLL = Duration.ofMillis(200);

    /** How long Kafka gathers what is new, unless there is much of it: each answer costs as much as some dozen records. */
    private static final Duration GATHERING = Duration.ofMillis(250);

    private static final int MUCH_BYTES = 256 << 10;
    private static final Duration KAFKA_LIMIT = Duration.ofSeconds(10);
    private static final Duration TIDY = Duration.ofMinutes(1);

    /** What every session works with. */
    record Parts(
            ObservabilitySettings settings,
            DataSource database,
            ConsumedOffsets offsets,
            TransactionOperations transactions,
            Clock clock) {}

    private final Projection projection;
    private final Parts parts;
    private final Connection lock;
    private final KafkaConsumer<String, byte[]> consumer;
    private final String topicId;
    private Instant nextTidy = Instant.MIN;

    private ProjectionSession(
            Projection projection,
            Parts parts,
            Connection lock,
            KafkaConsumer<String, byte[]> consumer,
            String topicId) {
        this.projection = projection;
        this.parts = parts;
        this.lock = lock;
        this.consumer = consumer;
        this.topicId = topicId;
    }

    /** @throws ProjectedElsewhereException when another instance has it */
    static ProjectionSession open(Projection projection, Parts parts) throws ProjectedElsewhereException {
        TopicCreation.ensureAll(parts.settings().kafka());
        Connection lock = lock(projection, parts.database());
        boolean opened = false;
        var consumer =
                new KafkaConsumer<>(consumerConfig(parts), new StringDeserializer(), new ByteArrayDeserializer());
        try {
            var session = new ProjectionSession(projection, parts, lock, consumer, topicId(projection, parts));
            session.resume();
            opened = true;
            return session;
        } finally {
            if (!opened) {
                consumer.close(CloseOptions.timeout(Duration.ZERO));
                free(lock);
            }
        }
    }

    private static Connection lock(Projection projection, DataSource database) throws ProjectedElsewhereException {
        try {
            Connection connection = database.getConnection();
            boolean held = false;
            try (var statement = connection.prepareStatement(
                    "SELECT pg_try_advisory_lock(hashtextextended(current_schema() || ?, 7))")) {
                statement.setString(1, projection.name());
                try (var result = statement.executeQuery()) {
                    held = result.next() && result.getBoolean(1);
                }
            } finally {
                if (!held) {
                    connection.close();
                }
            }
            if (!held) {
                throw new ProjectedElsewhereException(projection.name());
            }
            return connection;
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException(
                    "The lock of " + projection.name() + " cannot be asked for", e);
        }
    }

    private static void free(Connection lock) {
        try (lock;
                var statement = lock.createStatement()) {
            statement.execute("SELECT pg_advisory_unlock_all()");
        } catch (SQLException e) {
            log.debug("The connection that held the lock is gone, and the lock with it", e);
        }
    }

    private static Map<String, Object> consumerConfig(Parts parts) {
        return Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                parts.settings().kafka(),
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                parts.settings().observability().batchRecords(),
                ConsumerConfig.FETCH_MIN_BYTES_CONFIG,
                MUCH_BYTES,
                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                (int) GATHERING.toMillis(),
                ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                4 << 20);
    }

    private static String topicId(Projection projection, Parts parts) {
        String name = projection.topic().topic();
        try (Admin admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, parts.settings().kafka()))) {
            var found =
                    admin.describeTopics(List.of(name)).allTopicNames().get().get(name);
            if (found == null) {
                throw new KafkaException("Kafka has no " + name);
            }
            return found.topicId().toString();
        } catch (ExecutionException e) {
            throw new KafkaException("Kafka does not describe " + name, e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private void resume() {
        List<TopicPartition> partitions = consumer
                .partitionsFor(projection.topic().topic(), KAFKA_LIMIT)
                .stream()
                .map(found -> new TopicPartition(found.topic(), found.partition()))
                .toList();
        Map<Integer, Long> next = parts.offsets().load(projection.name(), topicId);
        consumer.assign(partitions);
        var oldest = consumer.beginningOffsets(partitions, KAFKA_LIMIT);
        for (TopicPartition partition : partitions) {
            long kept = oldest.getOrDefault(partition, 0L);
            consumer.seek(partition, Math.max(next.getOrDefault(partition.partition(), kept), kept));
        }
    }

    /** Takes in what there is, or waits a moment when there is nothing. */
    void step() {
        var received = consumer.poll(POLL);
        if (!received.isEmpty()) {
            List<ConsumerRecord<String, byte[]>> batch = new ArrayList<>(received.count());
            received.forEach(batch::add);
            var next = new HashMap<Integer, Long>();
            received.nextOffsets().forEach((partition, offset) -> next.put(partition.partition(), offset.offset()));
            parts.transactions().executeWithoutResult(transaction -> {
                projection.apply(batch);
                parts.offsets().save(projection.name(), topicId, next);
            });
        }
        Instant now = parts.clock().instant();
        if (!now.isBefore(nextTidy)) {
            requireLock();
            parts.transactions().executeWithoutResult(transaction -> projection.tidy());
            nextTidy = now.plus(TIDY);
        }
    }

    private void requireLock() {
        try {
            if (!lock.isValid(5)) {
                throw new DataAccessResourceFailureException("The connection that holds the lock is gone");
            }
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("The lock cannot be looked at", e);
        }
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
        free(lock);
    }

    /** Another instance of the service has this projection now. */
    static final class ProjectedElsewhereException extends Exception {
        private static final long serialVersionUID = 1L;

        ProjectedElsewhereException(String projection) {
            super("Another instance projects " + projection);
        }
    }
}
