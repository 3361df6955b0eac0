package dev.mayfly.invoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.hosting.InvocationOutcome.Status;
import dev.mayfly.testing.TestKafka;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;

/** What was accepted outlives those who were to deliver it. */
class RedeliveryTest {
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final String GROUP = "redelivery-test";

    private static InvokerUnderTest invoker(int consumers, String function) throws Exception {
        return new InvokerUnderTest(
                List.of(function),
                "--mayfly.invoker.queue.group=" + GROUP,
                "--mayfly.invoker.queue.consumers=" + consumers,
                "--mayfly.invoker.queue.owner-silence=3s");
    }

    @Test
    void anEventThatAConsumerTookAndNeverAcknowledgedIsDelivered() throws Exception {
        String id;
        try (var accepting = invoker(0, "kept")) {
            var call = accepting.call("kept").event().body("{\"n\":1}");
            assertThat(call.send().statusCode()).isEqualTo(202);
            id = call.requestId();
        }
        try (var dying = new KafkaShareConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        TestKafka.bootstrapServers(),
                        "group.id",
                        GROUP,
                        "share.acknowledgement.mode",
                        "explicit"),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            dying.subscribe(List.of(Topics.INVOCATIONS.topic()));
            await().atMost(LIMIT)
                    .until(() -> !dying.poll(Duration.ofMillis(500)).isEmpty());
        }
        try (var delivering = invoker(2, "kept")) {
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(delivering.host.runsOf("kept"))
                            .singleElement()
                            .satisfies(
                                    run -> assertThat(run.order().requestId()).isEqualTo(id)));
        }
    }

    @Test
    void anEventThatRanWhenItsInvokerEndedIsDeliveredByTheNext() throws Exception {
        var never = new CountDownLatch(1);
        try (var first = invoker(2, "long")) {
            first.host.when("long", (order, event, exchange) -> {
                boolean released = never.await(60, TimeUnit.SECONDS);
                StubHost.answer(exchange, StubHost.outcome(released ? Status.SUCCESS : Status.TIMEOUT), event);
            });
            assertThat(first.call("long").event().send().statusCode()).isEqualTo(202);
            await().atMost(LIMIT).until(() -> first.host.runsOf("long").size() == 1);
        }
        try (var second = invoker(2, "long")) {
            await().atMost(LIMIT).until(() -> second.host.runsOf("long").size() == 1);
            assertThat(second.host.runsOf("long").getFirst().order().attempt()).isEqualTo(1);
        }
        never.countDown();
    }
}
