package dev.mayfly.host.invocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.hosting.HostInvocation;
import dev.mayfly.contracts.hosting.InvocationOutcome;
import dev.mayfly.contracts.hosting.InvocationOutcome.Status;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RepeatedOrdersTest {
    private final RepeatedOrders orders = new RepeatedOrders();
    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void anOrderThatComesAgainIsNotRunAgain() throws Exception {
        var first = orders.once(order("r", 1), () -> answer(Status.FUNCTION_ERROR));
        var second = orders.once(order("r", 1), () -> answer(Status.SUCCESS));
        assertThat(second).isSameAs(first);
        orders.once(order("r", 2), () -> answer(Status.SUCCESS));
        assertThat(runs).hasValue(2);
    }

    @Test
    void oneThatComesWhileTheFirstRunsGetsItsAnswer() throws Exception {
        var go = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = threads.submit(() -> orders.once(order("r", 1), () -> {
                go.await();
                return answer(Status.SUCCESS);
            }));
            await().until(() -> !first.isDone());
            var second = threads.submit(() -> orders.once(order("r", 1), () -> answer(Status.SUCCESS)));
            go.countDown();
            assertThat(second.get().outcome()).isEqualTo(first.get().outcome());
        }
        assertThat(runs).hasValue(1);
    }

    @Test
    void whatFailedByMayflysFaultOrWasRefusedIsTriedAgain() throws Exception {
        orders.once(order("r", 1), () -> answer(Status.PLATFORM_ERROR));
        assertThatThrownBy(() -> orders.once(order("r", 1), () -> {
                    throw new RefusedException(429, "full");
                }))
                .isInstanceOf(RefusedException.class);
        assertThat(orders.once(order("r", 1), () -> answer(Status.SUCCESS))
                        .outcome()
                        .status())
                .isEqualTo(Status.SUCCESS);
        assertThat(runs).hasValue(2);
    }

    private static HostInvocation order(String requestId, int attempt) {
        return new HostInvocation(
                "a:f:$LATEST", "rev", requestId, attempt, "arn", null, false, null, null, true, false);
    }

    private Answer answer(Status status) {
        runs.incrementAndGet();
        return new Answer(
                new InvocationOutcome(status, InvocationOutcome.Start.WARM, 1, 1, 0, 0, 128, 0, null),
                new byte[] {'1'});
    }
}
