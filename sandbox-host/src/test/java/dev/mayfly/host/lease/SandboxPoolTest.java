package dev.mayfly.host.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.scaling.HostStatus;
import dev.mayfly.contracts.scaling.ScalingDecision;
import dev.mayfly.host.code.CodeCache;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SandboxPoolTest {
    private final AtomicInteger started = new AtomicInteger();
    private final Map<String, FakeSandbox> alive = new ConcurrentHashMap<>();
    private boolean startsFail;
    private final SandboxPool pool = pool(1024, Duration.ofMinutes(10), Duration.ofHours(6));

    private final class FakeSandbox implements Sandbox {
        private final String id = "sandbox-" + started.incrementAndGet();
        private volatile boolean reusable = true;

        @Override
        public String id() {
            return id;
        }

        @Override
        public Duration initDuration() {
            return Duration.ofMillis(5);
        }

        @Override
        public boolean isReusable() {
            return reusable;
        }

        @Override
        public long residentMemoryBytes() {
            return 0;
        }

        @Override
        public InvocationResult invoke(InvocationRequest request) {
            return new InvocationResult.Success(request.payload(), new InvocationResult.Usage(1, 1, 1));
        }

        @Override
        public void close() {
            alive.remove(id);
        }
    }

    private SandboxPool pool(long memoryMb, Duration keepAlive, Duration lifetime) {
        return new SandboxPool(this::start, new SandboxPool.Limits(memoryMb, keepAlive, lifetime));
    }

    private PooledSandbox start(FunctionVersion version, java.util.function.Consumer<String> failureLog)
            throws SandboxStartException {
        if (startsFail) {
            throw SandboxStartException.function("Runtime.ExitError", "exit status 1", 1);
        }
        var sandbox = new FakeSandbox();
        alive.put(sandbox.id(), sandbox);
        return new PooledSandbox(version, sandbox, new SandboxLog(), CodeCache.Held.nothing());
    }

    private static FunctionVersion function(String name, String revision, int memoryMb) {
        return new FunctionVersion(
                "000000000000",
                name,
                FunctionVersion.LATEST,
                revision,
                "nodejs20.x",
                "index.handler",
                memoryMb,
                3,
                512,
                Map.of(),
                "00",
                1,
                Isolation.CONTAINER,
                "Active",
                null,
                Instant.EPOCH);
    }

    @AfterEach
    void close() {
        pool.close();
        assertThat(alive).isEmpty();
        assertThat(pool.promisedMb()).isZero();
    }

    @Test
    void idleSandboxesAreUsedAgain() throws Exception {
        var version = function("f", "1", 256);
        String first;
        try (var lease = pool.acquire(version, line -> {})) {
            assertThat(lease.isCold()).isTrue();
            first = lease.sandbox().id();
        }
        try (var lease = pool.acquire(version, line -> {})) {
            assertThat(lease.isCold()).isFalse();
            assertThat(lease.sandbox().id()).isEqualTo(first);
        }
        assertThat(pool.sandboxes()).containsExactly(new HostStatus.Sandboxes(version.key(), 1, 0));
    }

    @Test
    void deadSandboxesAreNot() throws Exception {
        var version = function("f", "1", 256);
        try (var lease = pool.acquire(version, line -> {})) {
            alive.get(lease.sandbox().id()).reusable = false;
        }
        await().until(() -> pool.promisedMb() == 0);
        try (var lease = pool.acquire(version, line -> {})) {
            assertThat(lease.isCold()).isTrue();
        }
    }

    @Test
    void aNewRevisionEndsTheOld() throws Exception {
        pool.acquire(function("f", "1", 256), line -> {}).close();
        try (var lease = pool.acquire(function("f", "2", 256), line -> {})) {
            assertThat(lease.isCold()).isTrue();
        }
        await().until(() -> pool.promisedMb() == 256);
    }

    @Test
    void aSandboxOfAnOldRevisionEndsWithItsInvocation() throws Exception {
        var old = pool.acquire(function("f", "1", 256), line -> {});
        pool.changed(function("f", "2", 256));
        old.close();
        await().until(() -> pool.promisedMb() == 0);
    }

    @Test
    void deletionEndsIdleSandboxes() throws Exception {
        var version = function("f", "1", 256);
        pool.acquire(version, line -> {}).close();
        pool.deleted(version.key());
        await().until(() -> alive.isEmpty() && pool.sandboxes().isEmpty());
    }

    @Test
    void idleSandboxesMakeRoomAndBusyOnesDoNot() throws Exception {
        pool.acquire(function("idle", "1", 512), line -> {}).close();
        try (var busy = pool.acquire(function("busy", "1", 512), line -> {});
                var other = pool.acquire(function("other", "1", 512), line -> {})) {
            assertThat(busy.isCold() && other.isCold()).isTrue();
            assertThat(pool.promisedMb()).isEqualTo(1024);
            assertThatThrownBy(() -> pool.acquire(function("third", "1", 512), line -> {}))
                    .isInstanceOf(NoRoomException.class)
                    .hasMessageContaining("1024 MB");
        }
    }

    @Test
    void aFailedStartPromisesNothing() {
        startsFail = true;
        assertThatThrownBy(() -> pool.acquire(function("f", "1", 256), line -> {}))
                .isInstanceOf(SandboxStartException.class);
        assertThat(pool.promisedMb()).isZero();
        assertThat(pool.sandboxes()).isEmpty();
    }

    @Test
    void decisionsStartAheadAndEndSurplus() {
        var version = function("f", "1", 128);
        pool.apply(new ScalingDecision(version.key(), 3, "test", Instant.EPOCH), Optional.of(version));
        await().until(() -> pool.sandboxes().equals(java.util.List.of(new HostStatus.Sandboxes(version.key(), 3, 0))));
        pool.apply(new ScalingDecision(version.key(), 1, "test", Instant.EPOCH), Optional.of(version));
        await().until(() -> alive.size() == 1);
        pool.apply(new ScalingDecision(version.key(), 0, "test", Instant.EPOCH), Optional.of(version));
        await().until(alive::isEmpty);
    }

    @Test
    void decisionsForUnknownFunctionsStartNothing() {
        pool.apply(new ScalingDecision("000000000000:gone:$LATEST", 3, "test", Instant.EPOCH), Optional.empty());
        assertThat(pool.sandboxes()).isEmpty();
        assertThat(started).hasValue(0);
    }

    @Test
    void startingAheadNeverExceedsMemory() {
        var version = function("f", "1", 512);
        pool.apply(new ScalingDecision(version.key(), 10, "test", Instant.EPOCH), Optional.of(version));
        await().until(() -> alive.size() == 2);
        assertThat(pool.promisedMb()).isEqualTo(1024);
    }

    @Test
    void sweepingEndsWhatWasIdleForTooLong() throws Exception {
        try (var impatient = pool(1024, Duration.ZERO, Duration.ofHours(6))) {
            impatient.acquire(function("f", "1", 128), line -> {}).close();
            impatient.sweep();
            await().until(() -> impatient.promisedMb() == 0);
        }
    }

    @Test
    void oldSandboxesAreReplaced() throws Exception {
        try (var shortLived = pool(1024, Duration.ofMinutes(10), Duration.ZERO)) {
            shortLived.acquire(function("f", "1", 128), line -> {}).close();
            try (var lease = shortLived.acquire(function("f", "1", 128), line -> {})) {
                assertThat(lease.isCold()).isTrue();
            }
        }
    }

    @Test
    void manyAtOnceKeepTheCount() throws Exception {
        var limit = new CountDownLatch(200);
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 200; i++) {
                var version = function("f" + i % 7, "1", 32);
                callers.submit(() -> {
                    try (var lease = pool.acquire(version, line -> {})) {
                        lease.sandbox().invoke(new InvocationRequest("r", new byte[0], Duration.ZERO, "", null, null));
                    } catch (NoRoomException e) {
                        assertThat(e).hasMessageContaining("in use");
                    }
                    limit.countDown();
                    return null;
                });
            }
        }
        assertThat(limit.getCount()).isZero();
        await().until(() -> pool.promisedMb() == alive.size() * 32L);
    }
}
