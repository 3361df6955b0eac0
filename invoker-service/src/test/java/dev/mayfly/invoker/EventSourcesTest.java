package dev.mayfly.invoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.EventSource;
import dev.mayfly.contracts.function.Schedule;
import dev.mayfly.contracts.hosting.InvocationOutcome.Status;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Topics, buckets and schedules invoke functions: one invoker over a real broker, and two where it matters. */
class EventSourcesTest extends SourcesFixture {
    private void answering(String function, String answer) {
        invoker.host.when(
                function,
                (order, event, exchange) -> StubHost.answer(
                        exchange, StubHost.outcome(Status.SUCCESS), answer.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void recordsComeInBatchesInOrderAndFiltered() throws Exception {
        String topic = topic("batches", 2);
        produce(
                topic,
                0,
                IntStream.range(0, 10).mapToObj(n -> "{\"n\":" + n + "}").toArray(String[]::new));
        produce(topic, 1, "{\"n\":5,\"skip\":1}", "text", "{\"n\":7}");
        map(
                "batches",
                topic,
                4,
                1000,
                List.of("{\"value\":{\"n\":[{\"numeric\":[\">=\",0]}],\"skip\":[{\"exists\":false}]}}"),
                failures(null, false, false, null));
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(seen(invoker, "batches")).hasSize(11));
        var runs = invoker.host.runsOf("batches");
        assertThat(runs.stream()
                        .filter(run -> run.event().contains("batches-0"))
                        .map(run -> values(run.event()).size()))
                .containsExactly(4, 4, 2);
        assertThat(runs.stream()
                        .filter(run -> run.event().contains("batches-0"))
                        .flatMap(run -> values(run.event()).stream()))
                .isSorted();
        assertThat(runs.getFirst().event()).startsWith("{\"eventSource\":\"SelfManagedKafka\"");
        produce(topic, 1, "{\"n\":99}");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(seen(invoker, "batches")).contains("{\"n\":99}"));
    }

    @Test
    void whatTheFunctionReportsIsTriedAgainFromThere() throws Exception {
        String topic = topic("partial", 1);
        produce(topic, 0, "a", "b", "c", "d");
        answering(
                "partial",
                "{\"batchItemFailures\":[{\"itemIdentifier\":{\"partition\":\"" + topic + "-0\",\"offset\":2}}]}");
        map("partial", topic, 10, 300, List.of(), failures(2, false, true, "arn:aws:s3:::failed"));
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(invoker.host.stored.keySet())
                        .anyMatch(path -> path.startsWith("/failed/aws/lambda/") && path.contains(topic + "-0/")));
        var tries = invoker.host.runsOf("partial").stream()
                .map(run -> values(run.event()))
                .toList();
        assertThat(tries.getFirst()).containsExactly("a", "b", "c", "d");
        assertThat(tries.subList(1, tries.size()))
                .hasSize(2)
                .allSatisfy(retry -> assertThat(retry).containsExactly("c", "d"));
        assertThat(invoker.host.stored.values())
                .anySatisfy(document -> assertThat(document)
                        .contains(
                                "\"condition\":\"RetryAttemptsExhausted\"",
                                "\"firstRecordOffset\":\"2\"",
                                "\"lastRecordOffset\":\"3\"",
                                "\"payload\":\"{"));
    }

    @Test
    void aPoisonRecordIsFoundInHalvesAndDoesNotBlockTheOthers() throws Exception {
        String topic = topic("poison", 1);
        String dead = topic("poison-dead", 1);
        produce(topic, 0, "1", "2", "poison", "4", "5");
        invoker.host.when("poison", (order, event, exchange) -> {
            boolean bad = values(new String(event, StandardCharsets.UTF_8)).contains("poison");
            StubHost.answer(
                    exchange, StubHost.outcome(bad ? Status.FUNCTION_ERROR : Status.SUCCESS), new byte[] {'{', '}'});
        });
        map("poison", topic, 5, 300, List.of(), failures(1, true, false, "kafka://" + dead));
        produce(topic, 0, "6");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(seen(invoker, "poison")).contains("6"));
        assertThat(invoker.host.runsOf("poison").stream()
                        .map(run -> values(run.event()))
                        .filter(batch -> !batch.contains("poison"))
                        .flatMap(List::stream))
                .containsExactly("1", "2", "4", "5", "6");
        assertThat(admin.listOffsets(Map.of(
                                new org.apache.kafka.common.TopicPartition(dead, 0),
                                org.apache.kafka.clients.admin.OffsetSpec.latest()))
                        .all()
                        .get()
                        .values())
                .allSatisfy(end -> assertThat(end.offset()).isEqualTo(1));
    }

    /** At the second start there is something between what was read and the end. */
    @Test
    void theStartingPositionCountsOnce() throws Exception {
        String topic = topic("latest", 1);
        produce(topic, 0, "old");
        var source = source(
                UUID.randomUUID().toString(),
                "latest",
                topic,
                EventSource.StartingPosition.LATEST,
                1,
                0,
                List.of(),
                failures(null, false, false, null));
        tell(source);
        awaitCommitted(source.consumerGroup());
        produce(topic, 0, "new");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(seen(invoker, "latest")).containsExactly("new"));
        tell(changed(source, 2, false));
        await().atMost(LIMIT)
                .until(() -> members(source.consumerGroup()).members().isEmpty());
        produce(topic, 0, "meanwhile");
        tell(changed(source, 3, true));
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(seen(invoker, "latest")).containsExactly("new", "meanwhile"));
    }

    private static EventSource.KafkaTopic changed(EventSource.KafkaTopic source, long revision, boolean enabled) {
        return new EventSource.KafkaTopic(
                source.id(),
                source.accountId(),
                revision,
                source.function(),
                enabled,
                source.bootstrapServers(),
                source.topic(),
                source.consumerGroup(),
                source.startingPosition(),
                source.startingTimestamp(),
                source.batchSize(),
                source.windowMillis(),
                source.filters(),
                source.failures());
    }

    private void awaitCommitted(String group) {
        await().atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> !admin.listConsumerGroupOffsets(group)
                        .partitionsToOffsetAndMetadata()
                        .get()
                        .isEmpty());
    }

    @Test
    void whatIsThrottledWaitsAndNothingIsLost() throws Exception {
        String topic = topic("throttled", 1);
        var full = new java.util.concurrent.atomic.AtomicInteger(2);
        invoker.host.when("throttled", (order, event, exchange) -> {
            if (full.getAndDecrement() > 0) {
                StubHost.problem(exchange, 500, "broken");
            } else {
                StubHost.answer(exchange, StubHost.outcome(Status.SUCCESS), event);
            }
        });
        produce(topic, 0, "x");
        map("throttled", topic, 1, 0, List.of(), failures(0, false, false, null));
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(invoker.host.runsOf("throttled")).hasSize(3));
    }

    @Test
    void mayflysOwnTopicsAreNotReadWhateverARecordSays() throws Exception {
        map("spy", Topics.USAGE_EVENTS.topic(), 1, 0, List.of(), failures(null, false, false, null));
        String topic = topic("honest", 1);
        produce(topic, 0, "x");
        map("honest", topic, 1, 0, List.of(), failures(null, false, false, null));
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(seen(invoker, "honest")).isNotEmpty());
        assertThat(invoker.host.runsOf("spy")).isEmpty();
    }

    @Test
    void objectsInvokeWhoeverIsInterested() {
        invoker.register("thumbs");
        String id = UUID.randomUUID().toString();
        tell(
                new EventSource.Bucket(
                        id,
                        ACCOUNT,
                        1,
                        new EventSource.Target("thumbs", null),
                        true,
                        "photos",
                        Instant.now().minusSeconds(5),
                        List.of(
                                "{\"eventName\":[{\"prefix\":\"ObjectCreated:\"}],\"s3\":{\"object\":{\"key\":[{\"suffix\":\".png\"}]}}}")));
        await().atMost(LIMIT).until(() -> {
            happened(ACCOUNT, "a.png", "ObjectCreated:Put");
            return !invoker.host.runsOf("thumbs").isEmpty();
        });
        int before = invoker.host.runsOf("thumbs").size();
        happened(ACCOUNT, "b.txt", "ObjectCreated:Put");
        happened(ACCOUNT, "a.png", "ObjectRemoved:Delete");
        happened("111111111111", "theirs.png", "ObjectCreated:Put");
        happened(ACCOUNT, "last.png", "ObjectCreated:Copy");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(invoker.host.runsOf("thumbs").stream()
                                .filter(run -> run.event().contains("last.png")))
                        .hasSize(1));
        assertThat(invoker.host.runsOf("thumbs").stream().skip(before))
                .noneMatch(run -> run.event().contains("b.txt")
                        || run.event().contains("theirs")
                        || run.event().contains("Removed"));
        assertThat(invoker.host.runsOf("thumbs").getFirst().event()).contains("\"configurationId\":\"" + id + "\"");
    }

    private void happened(String account, String key, String name) {
        var object = Map.of("key", key, "size", 1, "sequencer", "01");
        var document = Map.of(
                "Records",
                List.of(Map.of("eventName", name, "s3", Map.of("bucket", Map.of("name", "photos"), "object", object))));
        var event = dev.mayfly.contracts.events.CloudEvent.of(
                        UUID.randomUUID().toString(), "/test", "dev.mayfly.object." + name, "photos", document)
                .with("account", account);
        invoker.publisher.publish(Topics.OBJECT_EVENTS, "photos", event).join();
    }

    @Test
    void aScheduleTicksOnceHoweverManyInvokersThereAre() throws Exception {
        invoker.register("ticked");
        try (var second = new InvokerUnderTest(List.of("ticked"), settings())) {
            Instant soon = Instant.now().plusSeconds(5).truncatedTo(ChronoUnit.SECONDS);
            var schedule = new Schedule(
                    UUID.randomUUID().toString(),
                    ACCOUNT,
                    1,
                    new EventSource.Target("ticked", null),
                    true,
                    "once",
                    "at(" + soon.toString().replace("Z", "") + ")",
                    "UTC",
                    Instant.now().minusSeconds(1),
                    null);
            tell(schedule);
            await().atMost(Duration.ofSeconds(40)).until(() -> ticks(second) == 1);
            String event = invoker.host.runsOf("ticked").isEmpty()
                    ? second.host.runsOf("ticked").getFirst().event()
                    : invoker.host.runsOf("ticked").getFirst().event();
            assertThat(event)
                    .contains(
                            "\"source\":\"aws.events\"",
                            "\"detail-type\":\"Scheduled Event\"",
                            "\"time\":\"" + soon + "\"");
            await().during(Duration.ofSeconds(2)).atMost(LIMIT).until(() -> ticks(second) == 1);
        }
    }

    private int ticks(InvokerUnderTest second) {
        return invoker.host.runsOf("ticked").size()
                + second.host.runsOf("ticked").size();
    }
}
