package dev.mayfly.host.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who waits for a sandbox takes what comes first: its own start, another's, or one that is given back. */
class WaitingTest {
    private static final FunctionVersion FUNCTION = FakeSandboxes.function("f", "1", 128);

    private final AtomicInteger begun = new AtomicInteger();
    private final FakeSandboxes sandboxes = new FakeSandboxes();
    private volatile Duration startTakes = Duration.ZERO;
    private final Semaphore mayStart = new Semaphore(0);
    private final SandboxPool pool = new SandboxPool(
            this::start,
            (_, _) -> {},
            new SandboxLimits(128 * 1000, Duration.ofMinutes(10), Duration.ofHours(6), Duration.ofMinutes(1)));
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    private PooledSandbox start(FunctionVersion version, boolean provisioned, Consumer<String> failureLog)
            throws SandboxStartException, InterruptedException {
        begun.incrementAndGet();
        mayStart.acquire();
        PooledSandbox started = sandboxes.start(version, provisioned, failureLog);
        started.took(0, startTakes.toNanos());
        return started;
    }

    @AfterEach
    void close() {
        mayStart.release(10_000);
        callers.close();
        pool.close();
        sandboxes.assertAllEnded();
        assertThat(pool.promisedMb()).isZero();
        assertThat(pool.sandboxes()).isEmpty();
    }

    private List<Future<Boolean>> leaseAtOnce(int count) {
        List<Future<Boolean>> leases = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            leases.add(callers.submit(() -> {
                try (Lease lease = pool.acquire(FUNCTION, _ -> {})) {
                    return lease.isCold();
                }
            }));
        }
        return leases;
    }

    private void awaitWaiting(int count) {
        await().until(() -> pool.sandboxes().stream()
                        .mapToInt(group -> group.busy() + group.starting())
                        .sum()
                >= count);
    }

    @Test
    void oneSandboxServesAHundredThatCameWhileItStarted() throws Exception {
        List<Future<Boolean>> leases = leaseAtOnce(100);
        awaitWaiting(100);
        mayStart.release(1);
        int cold = 0;
        for (Future<Boolean> lease : leases) {
            cold += lease.get(10, TimeUnit.SECONDS) ? 1 : 0;
        }
        assertThat(cold).isEqualTo(1);
        assertThat(begun.get()).isLessThan(100);
    }

    @Test
    void whoIsServedSoonerThanAStartTakesStartsNone() throws Exception {
        startTakes = Duration.ofMinutes(10);
        mayStart.release(1000);
        leaseAtOnce(1).getFirst().get(10, TimeUnit.SECONDS);
        Lease held = pool.acquire(FUNCTION, _ -> {});
        List<Future<Boolean>> leases = leaseAtOnce(20);
        awaitWaiting(21);
        held.close();
        for (Future<Boolean> lease : leases) {
            assertThat(lease.get(10, TimeUnit.SECONDS)).isFalse();
        }
        assertThat(begun).hasValue(1);
    }

    @Test
    void whoIsNotServedAsSoonAsItSeemedStartsOneAfterAll() throws Exception {
        startTakes = Duration.ofMillis(200);
        mayStart.release(1000);
        leaseAtOnce(1).getFirst().get(10, TimeUnit.SECONDS);
        try (Lease held = pool.acquire(FUNCTION, _ -> {})) {
            assertThat(held.isCold()).isFalse();
            assertThat(leaseAtOnce(1).getFirst().get(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(begun).hasValue(2);
    }

    @Test
    void longInvocationsEachGetASandboxOfTheirOwn() throws Exception {
        mayStart.release(50);
        var all = new CountDownLatch(50);
        List<Future<?>> leases = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            leases.add(callers.submit(() -> {
                try (Lease lease = pool.acquire(FUNCTION, _ -> {})) {
                    all.countDown();
                    return all.await(10, TimeUnit.SECONDS);
                }
            }));
        }
        for (Future<?> lease : leases) {
            assertThat(lease.get(10, TimeUnit.SECONDS)).isEqualTo(true);
        }
        assertThat(begun).hasValue(50);
    }

    @Test
    void startsThatHangDoNotHoldUpTheOthers() throws Exception {
        List<Future<Boolean>> leases = leaseAtOnce(40);
        awaitWaiting(40);
        await().until(() -> begun.get() >= 40);
        mayStart.release(40);
        for (Future<Boolean> lease : leases) {
            lease.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void aStartThatFailsFailsTheInvocationThatWaitedForIt() throws Exception {
        sandboxes.startsFail = true;
        List<Future<Boolean>> leases = leaseAtOnce(20);
        mayStart.release(20);
        for (Future<Boolean> lease : leases) {
            assertThatThrownBy(() -> lease.get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(SandboxStartException.class)
                    .hasMessage("exit status 1");
        }
    }

    @Test
    void whoIsInterruptedWhileWaitingLeavesItsStartToTheNext() throws Exception {
        var interrupted = new CompletableFuture<Boolean>();
        Thread waiting = Thread.ofVirtual().start(() -> {
            try (Lease lease = pool.acquire(FUNCTION, _ -> {})) {
                interrupted.complete(false);
            } catch (InterruptedException e) {
                interrupted.complete(true);
            } catch (NoRoomException | SandboxStartException | TierUnavailableException e) {
                interrupted.completeExceptionally(e);
            }
        });
        awaitWaiting(1);
        waiting.interrupt();
        assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
        Future<Boolean> next = leaseAtOnce(1).getFirst();
        mayStart.release(2);
        assertThat(next.get(10, TimeUnit.SECONDS)).isNotNull();
    }
}
