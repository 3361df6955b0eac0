package dev.mayfly.host.lease;

import static dev.mayfly.host.lease.FakeSandboxes.function;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.sandbox.api.InvocationRequest;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Idle sandboxes stand still and cost what they must, and who takes one gets it awake. */
class FreezingTest {
    private final FakeSandboxes sandboxes = new FakeSandboxes();
    private final SandboxPool pool = sandboxes.pool();

    @AfterEach
    void close() {
        sandboxes.assertAllEnded();
    }

    @Test
    void anIdleSandboxIsFrozenAndAwakeWhenItIsUsed() throws Exception {
        var version = function("f", "1", 128);
        try (var pool = sandboxes.pool(1024, Duration.ofMinutes(10), Duration.ofHours(6), Duration.ZERO)) {
            String id;
            try (var lease = pool.acquire(version, line -> {})) {
                id = lease.sandbox().id();
                assertThat(sandboxes.alive.get(id).frozen).isFalse();
            }
            await().until(() -> sandboxes.alive.get(id).frozen);
            try (var lease = pool.acquire(version, line -> {})) {
                assertThat(lease.sandbox().id()).isEqualTo(id);
                assertThat(sandboxes.alive.get(id).frozen).isFalse();
            }
            await().until(() -> sandboxes.alive.get(id).frozen);
        }
    }

    @Test
    void whoTakesASandboxThatIsBeingFrozenGetsItAwake() throws Exception {
        var version = function("f", "1", 128);
        sandboxes.freezeMayEnd = new CountDownLatch(1);
        try (var pool = sandboxes.pool(1024, Duration.ofMinutes(10), Duration.ofHours(6), Duration.ZERO)) {
            pool.acquire(version, line -> {}).close();
            var only = sandboxes.alive.values().iterator().next();
            await().until(() -> only.frozen);
            var taken = new FutureTask<>(() -> {
                try (var lease = pool.acquire(version, line -> {})) {
                    return lease.sandbox() == only && !only.frozen;
                }
            });
            Thread taker = Thread.ofPlatform().start(taken);
            await().until(() -> taker.getState() == Thread.State.WAITING);
            assertThat(taken.isDone()).isFalse();
            sandboxes.freezeMayEnd.countDown();
            assertThat(taken.get(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void noBusySandboxIsEverFrozen() throws Exception {
        var delay = Duration.ofNanos(50_000);
        try (var pool = sandboxes.pool(1024, Duration.ofMinutes(10), Duration.ofHours(6), delay)) {
            var request = new InvocationRequest("r", new byte[0], Duration.ZERO, "", null, null);
            try (var callers = Executors.newFixedThreadPool(4)) {
                for (int caller = 0; caller < 4; caller++) {
                    callers.submit(() -> {
                        for (int i = 0; i < 3_000; i++) {
                            try (var lease = pool.acquire(function("f" + i % 3, "1", 32), line -> {})) {
                                lease.sandbox().invoke(request);
                            }
                        }
                        return null;
                    });
                }
            }
            await().until(() -> sandboxes.alive.values().stream().allMatch(sandbox -> sandbox.frozen));
        }
    }

    @Test
    void aSandboxThatDoesNotWakeIsReplaced() throws Exception {
        var version = function("f", "1", 128);
        try (var pool = sandboxes.pool(1024, Duration.ofMinutes(10), Duration.ofHours(6), Duration.ZERO)) {
            pool.acquire(version, line -> {}).close();
            await().until(() -> sandboxes.alive.values().iterator().next().frozen);
            sandboxes.thawFails = true;
            try (var lease = pool.acquire(version, line -> {})) {
                assertThat(lease.isCold()).isTrue();
            }
            await().until(() -> pool.promisedMb() == 128);
        }
    }

    @Test
    void modulesTakeMemoryWhileTheyRunAndAreNeverFrozen() throws Exception {
        try (var pool = sandboxes.pool(1024, Duration.ofMinutes(10), Duration.ofHours(6), Duration.ZERO)) {
            for (int i = 0; i < 100; i++) {
                pool.acquire(function("module" + i, "1", 1024, Isolation.WASM), line -> {})
                        .close();
            }
            assertThat(pool.promisedMb()).isZero();
            assertThat(pool.sandboxes()).hasSize(100);
            try (var first = pool.acquire(function("module0", "1", 1024, Isolation.WASM), line -> {})) {
                assertThat(first.isCold()).isFalse();
                assertThat(pool.promisedMb()).isEqualTo(1024);
                assertThatThrownBy(() -> pool.acquire(function("module1", "1", 1024, Isolation.WASM), line -> {}))
                        .isInstanceOf(NoRoomException.class);
            }
            try (var second = pool.acquire(function("module1", "1", 1024, Isolation.WASM), line -> {})) {
                assertThat(second.isCold()).isFalse();
            }
            assertThat(sandboxes.alive.values()).allMatch(sandbox -> sandbox.freezes.get() == 0);
        }
    }
}
