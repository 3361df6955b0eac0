package dev.mayfly.contracts.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.testing.TestKafka;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TopicTailTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @BeforeAll
    static void createTopics() {
        TopicCreation.ensureAll(TestKafka.bootstrapServers());
        TopicCreation.ensureAll(TestKafka.bootstrapServers());
    }

    private static CloudEvent event(String text) {
        return CloudEvent.of(text, "/test", "test", null, text);
    }

    private static CloudEvent large(int bytes) {
        return CloudEvent.of("large", "/test", "test", null, "x".repeat(bytes));
    }

    @Test
    void topicsAreMadeAsTheyAreDescribed() throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", (Object) TestKafka.bootstrapServers()))) {
            var names = List.of(Topics.values()).stream().map(Topics::topic).toList();
            var described = admin.describeTopics(names).allTopicNames().get();
            for (var definition : Topics.definitions()) {
                assertThat(described.get(definition.name()).partitions()).hasSize(definition.numPartitions());
            }
            var compacted = new ConfigResource(ConfigResource.Type.TOPIC, Topics.ACCESS_KEYS.topic());
            assertThat(cleanup(admin, compacted)).isEqualTo("compact");
        }
    }

    /** What the version before made deleted what had waited for 14 days. */
    @Test
    void whatIsParkedIsKeptUntilItIsTaken() throws Exception {
        var parked = new ConfigResource(ConfigResource.Type.TOPIC, Topics.PARKED_INVOCATIONS.topic());
        try (var admin = Admin.create(Map.of("bootstrap.servers", (Object) TestKafka.bootstrapServers()))) {
            assertThat(cleanup(admin, parked)).isEqualTo("compact");
            var before =
                    new AlterConfigOp(new ConfigEntry("cleanup.policy", "compact,delete"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(parked, List.of(before))).all().get();
            TopicCreation.ensureAll(TestKafka.bootstrapServers());
            Awaitility.await()
                    .atMost(LIMIT)
                    .untilAsserted(() -> assertThat(cleanup(admin, parked)).isEqualTo("compact"));
        }
    }

    private static String cleanup(Admin admin, ConfigResource topic) throws Exception {
        return admin.describeConfigs(List.of(topic))
                .all()
                .get()
                .get(topic)
                .get("cleanup.policy")
                .value();
    }

    @Test
    void everyTopicTakesTheLargestEventAndThoseOfOlderReleasesAreMadeTo() throws Exception {
        var rules = new ConfigResource(ConfigResource.Type.TOPIC, Topics.FUNCTION_RULES.topic());
        try (var admin = Admin.create(Map.of("bootstrap.servers", (Object) TestKafka.bootstrapServers()));
                var publisher = new EventPublisher(TestKafka.bootstrapServers())) {
            var small = new ConfigEntry("max.message.bytes", "1000000");
            admin.incrementalAlterConfigs(Map.of(rules, List.of(new AlterConfigOp(small, AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
            TopicCreation.ensureAll(TestKafka.bootstrapServers());
            for (Topics topic : Topics.values()) {
                publisher.publish(topic, "large", large(2_090_000)).join();
                publisher.publishTombstone(topic, "large").join();
            }
            var tooLarge = publisher.publish(Topics.FUNCTION_RULES, "large", large(2_100_000));
            assertThat(EventPublisher.refusal(tooLarge)).isPresent();
            assertThatThrownBy(tooLarge::join).isInstanceOf(CompletionException.class);
        }
    }

    @Test
    void aTailHoldsWhatTheTopicHoldsTombstonesIncluded() throws Exception {
        var held = new ConcurrentHashMap<String, String>();
        try (var publisher = new EventPublisher(TestKafka.bootstrapServers())) {
            publisher.publish(Topics.FUNCTION_VERSIONS, "a", event("1")).join();
            publisher.publish(Topics.FUNCTION_VERSIONS, "b", event("2")).join();
            publisher.publishTombstone(Topics.FUNCTION_VERSIONS, "a").join();
            try (var tail = new TopicTail(
                    TestKafka.bootstrapServers(), Topics.FUNCTION_VERSIONS, TopicTail.From.BEGINNING, received -> {
                        if (received.value() == null) {
                            held.remove(received.key());
                        } else {
                            held.put(received.key(), CloudEvent.from(received).id());
                        }
                    })) {
                assertThat(tail.awaitCaughtUp(LIMIT)).isTrue();
                assertThat(held).isEqualTo(Map.of("b", "2"));
                publisher.publish(Topics.FUNCTION_VERSIONS, "c", event("3")).join();
                Awaitility.await().atMost(LIMIT).until(() -> held.containsKey("c"));
            }
        }
    }

    @Test
    void aTailFromNowSkipsWhatWasAndSurvivesItsListener() throws Exception {
        var seen = new CopyOnWriteArrayList<String>();
        try (var publisher = new EventPublisher(TestKafka.bootstrapServers())) {
            publisher.publish(Topics.HOST_STATUS, "h", event("before")).join();
            try (var tail =
                    new TopicTail(TestKafka.bootstrapServers(), Topics.HOST_STATUS, TopicTail.From.NOW, received -> {
                        String id = CloudEvent.from(received).id();
                        if (id.equals("bad")) {
                            throw new IllegalStateException("a listener that fails");
                        }
                        seen.add(id);
                    })) {
                assertThat(tail.awaitCaughtUp(LIMIT)).isTrue();
                publisher.publish(Topics.HOST_STATUS, "h", event("bad")).join();
                publisher.publish(Topics.HOST_STATUS, "h", event("after")).join();
                Awaitility.await().atMost(LIMIT).until(() -> seen.contains("after"));
                assertThat(seen).containsExactly("after");
            }
        }
    }

    @Test
    void aTailWithoutKafkaWaitsAndCanBeClosed() throws Exception {
        var tail = new TopicTail("127.0.0.1:1", Topics.ACCESS_KEYS, TopicTail.From.BEGINNING, received -> {});
        assertThat(tail.awaitCaughtUp(Duration.ofMillis(200))).isFalse();
        tail.close();
        assertThat(tail.isCaughtUp()).isFalse();
    }
}
