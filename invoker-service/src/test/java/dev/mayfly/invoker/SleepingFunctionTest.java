package dev.mayfly.invoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.hosting.InvocationOutcome.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How long a function that sleeps keeps the queue from others. */
class SleepingFunctionTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int ROUNDS = 15;

    /**
     * Each round is one event that sleeps and one that does not, and follows from the one before. The only consumer waits up
     * to 3 s for a batch: 45 s, did it wait for each that sleeps, and not once only.
     */
    @Test
    void whatSleepsIsWaitedForOnce() throws Exception {
        var wake = new CountDownLatch(1);
        var rounds = new AtomicInteger();
        try (var invoker = new InvokerUnderTest(
                List.of("dozes", "hurries"),
                "--mayfly.invoker.queue.group=sleeping-test",
                "--mayfly.invoker.queue.consumers=1",
                "--mayfly.invoker.queue.hold=3s")) {
            invoker.host.when("dozes", (order, event, exchange) -> {
                assertThat(wake.await(60, TimeUnit.SECONDS)).isTrue();
                StubHost.answer(exchange, StubHost.outcome(Status.SUCCESS), event);
            });
            invoker.host.when("hurries", (order, event, exchange) -> {
                if (rounds.incrementAndGet() < ROUNDS) {
                    beginRound(invoker);
                }
                StubHost.answer(exchange, StubHost.outcome(Status.SUCCESS), event);
            });
            beginRound(invoker);
            await().atMost(LIMIT).until(() -> rounds.get() == ROUNDS);
            await().atMost(LIMIT).until(() -> invoker.host.runsOf("dozes").size() == ROUNDS);
            assertThat(wake.getCount()).isEqualTo(1);
            wake.countDown();
        }
    }

    private static void beginRound(InvokerUnderTest invoker) throws IOException, InterruptedException {
        for (String function : List.of("dozes", "hurries")) {
            assertThat(invoker.call(function).event().send().statusCode()).isEqualTo(202);
        }
    }
}
