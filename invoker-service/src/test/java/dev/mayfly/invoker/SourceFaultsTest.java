package dev.mayfly.invoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.EventSource;
import dev.mayfly.contracts.function.EventSource.StartingPosition;
import dev.mayfly.contracts.function.Schedule;
import dev.mayfly.contracts.hosting.InvocationOutcome.Status;
import dev.mayfly.testing.TestKafka;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;

/** What event sources do when invokers die, functions never succeed and brokers lead elsewhere. */
class SourceFaultsTest extends SourcesFixture {
    private static final Duration POLL = Duration.ofMillis(100);

    @Override
    String[] settings() {
        return Stream.concat(
                        Stream.of(super.settings()),
                        Stream.of(
                                "--mayfly.invoker.sources.give-up-after=2s",
                                "--mayfly.invoker.sources.brokers=" + TestKafka.strayServers()))
                .toArray(String[]::new);
    }

    /** Another invoker, as Kafka sees it. It comes first where Kafka goes by names. */
    private static KafkaConsumer<String, String> invokerThatWillDie(String group, String assignor) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        TestKafka.bootstrapServers(),
                        "group.id",
                        group,
                        "client.id",
                        "a-" + group,
                        "partition.assignment.strategy",
                        "org.apache.kafka.clients.consumer." + assignor,
                        "enable.auto.commit",
                        false,
                        "auto.offset.reset",
                        "earliest",
                        "session.timeout.ms",
                        10_000),
                new StringDeserializer(),
                new StringDeserializer());
    }

    /** Once it has the partition. A member that was held up for longer than its session is put out and comes again. */
    private static void commit(KafkaConsumer<?, ?> member, TopicPartition partition, OffsetAndMetadata offset) {
        await().atMost(LIMIT)
                .ignoreExceptionsInstanceOf(CommitFailedException.class)
                .until(() -> {
                    member.poll(POLL);
                    boolean assigned = member.assignment().contains(partition);
                    if (assigned) {
                        member.commitSync(Map.of(partition, offset));
                    }
                    return assigned;
                });
    }

    /** As after kill -9: it says nothing any more, nor that it leaves. */
    private static void die(KafkaConsumer<?, ?> member) {
        member.close(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
    }

    @Test
    void anotherReadsOnWhereADeadInvokerStopped() throws Exception {
        String topic = topic("orphaned", 1);
        produce(topic, 0, "1", "2", "3", "4");
        var source = source(
                UUID.randomUUID().toString(),
                "orphaned",
                topic,
                StartingPosition.TRIM_HORIZON,
                1,
                0,
                List.of(),
                failures(null, false, false, null));
        String group = source.consumerGroup();
        var dying = invokerThatWillDie(group, "CooperativeStickyAssignor");
        dying.subscribe(List.of(topic));
        commit(dying, new TopicPartition(topic, 0), new OffsetAndMetadata(2));
        tell(source);
        await().atMost(LIMIT).until(() -> {
            dying.poll(POLL);
            var described = members(group);
            return described.members().size() == 2 && described.groupState() == GroupState.STABLE;
        });
        assertThat(seen(invoker, "orphaned")).isEmpty();
        die(dying);
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(seen(invoker, "orphaned")).containsExactly("3", "4"));
    }

    /** The dead one had said that all up to {@code done} is done; whether it was, nobody knows, and nobody does it again. */
    @Test
    void anotherTicksOnWhereADeadInvokerStopped() throws Exception {
        invoker.register("taken-over");
        var lease = new TopicPartition(Topics.EVENT_SOURCES.topic(), 0);
        var dying = invokerThatWillDie("schedules", "RangeAssignor");
        dying.subscribe(List.of(lease.topic()));
        Instant done = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        commit(dying, lease, new OffsetAndMetadata(0, Optional.empty(), done.toString()));
        tell(once("by-the-dead", done));
        tell(once("by-the-next", done.plusSeconds(1)));
        die(dying);
        await().atMost(LIMIT).until(() -> !invoker.host.runsOf("taken-over").isEmpty());
        await().during(Duration.ofSeconds(2))
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(invoker.host.runsOf("taken-over"))
                        .extracting(StubHost.Run::event)
                        .containsExactly("\"by-the-next\""));
    }

    private static Schedule once(String name, Instant time) {
        return new Schedule(
                UUID.randomUUID().toString(),
                ACCOUNT,
                1,
                new EventSource.Target("taken-over", null),
                true,
                name,
                "at(" + time.toString().replace("Z", "") + ")",
                "UTC",
                time.minusSeconds(60),
                "\"" + name + "\"");
    }

    @Test
    void whatIsTriedWithoutALimitIsGivenUpInTheEnd() throws Exception {
        String topic = topic("stubborn", 1);
        produce(topic, 0, "never", "good");
        invoker.host.when("stubborn", (order, event, exchange) -> {
            boolean good = values(new String(event, StandardCharsets.UTF_8)).contains("good");
            StubHost.answer(
                    exchange, StubHost.outcome(good ? Status.SUCCESS : Status.FUNCTION_ERROR), new byte[] {'{', '}'});
        });
        map("stubborn", topic, 1, 0, List.of(), failures(null, false, false, null));
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(seen(invoker, "stubborn"))
                        .startsWith("never", "never", "never")
                        .endsWith("good"));
    }

    /** The broker may be connected to, and names an address that may not: nobody calls there. */
    @Test
    void aBrokerThatNamesAnAddressInThisNetworkIsNotFollowed() throws Exception {
        int port = Integer.parseInt(TestKafka.strayServers().split(":")[1]);
        try (var secret = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.2"))) {
            String id = UUID.randomUUID().toString();
            tell(new EventSource.KafkaTopic(
                    id,
                    ACCOUNT,
                    1,
                    new EventSource.Target("stray", null),
                    true,
                    List.of(TestKafka.strayServers()),
                    "orders",
                    group(id),
                    StartingPosition.TRIM_HORIZON,
                    null,
                    1,
                    0,
                    List.of(),
                    failures(null, false, false, null)));
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(invoker.reports.get(id))
                            .contains("PROBLEM: '127.0.0.2:" + port + "' is not a public address"));
            secret.setSoTimeout(1);
            assertThatThrownBy(secret::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }
}
