package dev.mayfly.contracts.events;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/** Creates the topics of the suite where they are missing. Safe to run from every service at once. */
public final class TopicCreation {
    private TopicCreation() {}

    /**
     * Returns when all {@link Topics} exist.
     *
     * @throws IllegalStateException when Kafka does not answer within a minute or refuses
     */
    public static void ensureAll(String bootstrapServers) {
        try (Admin admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                60_000))) {
            create(admin);
        } catch (ExecutionException e) {
            throw new IllegalStateException("Kafka at " + bootstrapServers + " did not create the topics", e);
        }
    }

    private static void create(Admin admin) throws ExecutionException {
        try {
            var existing = admin.listTopics().names().get();
            var missing = Topics.definitions().stream()
                    .filter(topic -> !existing.contains(topic.name()))
                    .toList();
            for (var created : admin.createTopics(missing).values().values()) {
                awaitCreation(created);
            }
        } catch (InterruptedException e) {
            // Set again before the client is closed, so that closing does not wait for Kafka either.
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while creating topics", e);
        }
    }

    private static void awaitCreation(org.apache.kafka.common.KafkaFuture<Void> created)
            throws ExecutionException, InterruptedException {
        try {
            created.get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }
}
