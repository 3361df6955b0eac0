package dev.mayfly.contracts.events;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the topics of the suite where they are missing, and has those that are there take as large records as new ones, and
 * keep what waits.
 * Safe to run from every service at once.
 */
public final class TopicCreation {
    private static final Logger log = LoggerFactory.getLogger(TopicCreation.class);

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
            amend(
                    admin,
                    Topics.definitions().stream()
                            .map(NewTopic::name)
                            .filter(existing::contains)
                            .toList());
        } catch (InterruptedException e) {
            // Set again before the client is closed, so that closing does not wait for Kafka either.
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while creating topics", e);
        }
    }

    /**
     * Topics of an older release, or that an operator made, take smaller records than {@link EventPublisher} sends. What waited
     * for a paused function was deleted after 14 days.
     */
    private static void amend(Admin admin, List<String> topics) throws InterruptedException {
        try {
            var amendments = new HashMap<ConfigResource, Collection<AlterConfigOp>>();
            var described = admin.describeConfigs(topics.stream()
                            .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                            .toList())
                    .all()
                    .get();
            described.forEach((topic, config) -> {
                var changes = new ArrayList<AlterConfigOp>();
                if (Long.parseLong(config.get(Topics.MAX_MESSAGE).value()) < Topics.MAX_MESSAGE_BYTES) {
                    changes.add(set(Topics.MAX_MESSAGE, Integer.toString(Topics.MAX_MESSAGE_BYTES)));
                }
                if (topic.name().equals(Topics.PARKED_INVOCATIONS.topic())
                        && !Topics.COMPACT.equals(config.get(Topics.CLEANUP).value())) {
                    changes.add(set(Topics.CLEANUP, Topics.COMPACT));
                }
                if (!changes.isEmpty()) {
                    amendments.put(topic, changes);
                }
            });
            admin.incrementalAlterConfigs(amendments).all().get();
        } catch (ExecutionException e) {
            log.warn("Whether all topics take records of {} bytes could not be seen to", Topics.MAX_MESSAGE_BYTES, e);
        }
    }

    private static AlterConfigOp set(String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
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
