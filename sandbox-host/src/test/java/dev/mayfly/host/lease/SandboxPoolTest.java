package dev.mayfly.host.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.Network;
import dev.mayfly.contracts.scaling.HostStatus;
import dev.mayfly.contracts.scaling.ScalingDecision;
import dev.mayfly.host.code.CodeCache;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SandboxPoolTest {
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger startedProvisioned = new AtomicInteger();
    private final Map<String, FakeSandbox> alive = new ConcurrentHashMap<>();
    private final List<String> snapshots = new CopyOnWriteArrayList<>();
    private final AtomicInteger usedWhileFrozen = new AtomicInteger();
    private final AtomicInteger frozenWhileUsed = new AtomicInteger();
    private volatile CountDownLatch freezeMayEnd = new CountDownLatch(0);
    private boolean startsFail;
    private boolean snapshotsFail;
    private boolean restores;
    private volatile boolean thawFails;
    private final SandboxPool pool = pool(1024, Duration.ofMinutes(10), Duration.ofHours(6));

    private final class FakeSandbox implements Sandbox {
        private final String id = "sandbox-" + started.incrementAndGet();
        private volatile boolean reusable = true;
        private final AtomicBoolean used = new AtomicBoolean();
        private volatile boolean frozen;
        private final AtomicInteger freezes = new AtomicInteger();

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
        public boolean isRestored() {
            return restores;
        }

        @Override
        public void freeze() {
            if (used.get()) {
                frozenWhileUsed.incrementAndGet();
            }
            frozen = true;
            freezes.incrementAndGet();
            try {
                freezeMayEnd.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void thaw() {
            if (thawFails) {
                throw new IllegalStateException("the freezer is broken");
            }
            frozen = false;
        }

        @Override
        public InvocationResult invoke(InvocationRequest request) {
            used.set(true);
            if (frozen) {
                usedWhileFrozen.incrementAndGet();
            }
            Thread.yield();
            used.set(false);
            return new InvocationResult.Success(request.payload(), new InvocationResult.Usage(1, 1, 1));
        }

        @Override
        public void close() {
            alive.remove(id);
        }
    }

    private SandboxPool pool(long memoryMb, Duration keepAlive, Duration lifetime) {
        return pool(memoryMb, keepAlive, lifetime, Duration.ofMinutes(1));
    }

    private SandboxPool pool(long memoryMb, Duration keepAlive, Duration lifetime, Duration freezeAfter) {
        return new SandboxPool(
                this::start, this::snapshot, new SandboxLimits(memoryMb, keepAlive, lifetime, freezeAfter));
    }

    private PooledSandbox start(
            FunctionVersion version, boolean provisioned, java.util.function.Consumer<String> failureLog)
            throws SandboxStartException {
        if (startsFail) {
            throw SandboxStartException.function("Runtime.ExitError", "exit status 1", 1);
        }
        if (provisioned) {
            startedProvisioned.incrementAndGet();
        }
        var sandbox = new FakeSandbox();
        alive.put(sandbox.id(), sandbox);
        return new PooledSandbox(version, sandbox, new SandboxLog(), CodeCache.Held.nothing());
    }

    private void snapshot(FunctionVersion version) throws SandboxStartException {
        snapshots.add(version.name() + "@" + version.revisionId() + " of " + alive.size());
        if (snapshotsFail) {
            throw SandboxStartException.platform("no room on the disk", null);
        }
    }

    private static FunctionVersion function(String name, String revision, int memoryMb) {
        return function(name, revision, memoryMb, Isolation.CONTAINER);
    }

    private static FunctionVersion function(String name, String revision, int memoryMb, Isolation isolation) {
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
                isolation,
                Network.NONE,
                "Active",
                null,
                Instant.EPOCH);
    }

    @AfterEach
    void close() {
        pool.close();
        assertThat(alive).isEmpty();
        assertThat(usedWhileFrozen).hasValue(0);
        assertThat(frozenWhileUsed).hasValue(0);
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
        await().until(() -> pool.sandboxes().equals(List.of(new HostStatus.Sandboxes(version.key(), 3, 0))));
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
    void whatIsProvisionedStaysAndIsReplaced() throws Exception {
        var version = function("f", "1", 256);
        try (var impatient = pool(1024, Duration.ZERO, Duration.ofHours(6))) {
            var ready = new HostStatus.Sandboxes(version.key(), 3, 0, 0, 3);
            await().until(() -> {
                impatient.keep(version, 3);
                return impatient.sandboxes().equals(List.of(ready));
            });
            impatient.sweep();
            var large = function("large", "1", 512);
            assertThatThrownBy(() -> impatient.acquire(large, line -> {})).isInstanceOf(NoRoomException.class);
            assertThat(impatient.sandboxes()).contains(ready);
            alive.values().stream().findAny().orElseThrow().reusable = false;
            impatient.sweep();
            await().until(() -> impatient.promisedMb() == 512);
            impatient.keep(version, 3);
            await().until(() -> impatient.sandboxes().contains(ready));
            impatient.apply(new ScalingDecision(version.key(), 1, "no longer", Instant.EPOCH), Optional.of(version));
            impatient.sweep();
            await().until(() -> impatient.promisedMb() == 0);
        }
    }

    @Test
    void whatIsProvisionedIsStartedAsSuchAndItsFailureIsTold() {
        var version = function("f", "1", 128);
        pool.apply(new ScalingDecision(version.key(), 3, 2, "provisioned", Instant.EPOCH), Optional.of(version));
        await().until(() -> pool.sandboxes().equals(List.of(new HostStatus.Sandboxes(version.key(), 3, 0, 0, 2))));
        assertThat(startedProvisioned).hasValue(2);
        startsFail = true;
        var broken = function("broken", "1", 128);
        await().until(() -> {
            pool.keep(broken, 1);
            return pool.sandboxes().stream().anyMatch(one -> "exit status 1".equals(one.failure()));
        });
        assertThat(pool.promisedMb()).isEqualTo(3 * 128);
        pool.keep(broken, 0);
        pool.apply(new ScalingDecision(broken.key(), 0, "no longer", Instant.EPOCH), Optional.of(broken));
        assertThat(pool.sandboxes())
                .extracting(HostStatus.Sandboxes::functionKey)
                .containsExactly(version.key());
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

    @Test
    void anIdleSandboxIsFrozenAndAwakeWhenItIsUsed() throws Exception {
        var version = function("f", "1", 128);
        try (var pool = pool(1024, Duration.ofMinutes(10), Duration.ofHours(6), Duration.ZERO)) {
            String id;
            try (var lease = pool.acquire(version, line -> {})) {
                id = lease.sandbox().id();
                assertThat(alive.get(id).frozen).isFalse();
            }
            await().until(() -> alive.get(id).frozen);
            try (var lease = pool.acquire(version, line -> {})) {
                assertThat(lease.sandbox().id()).isEqualTo(id);
                assertThat(alive.get(id).frozen).isFalse();
            }
            await().until(() -> alive.get(id).frozen);
        }
    }

    @Test
    void whoTakesASandboxThatIsBeingFrozenGetsItAwake() throws Exception {
        var version = function("f", "1", 128);
        freezeMayEnd = new CountDownLatch(1);
        try (var pool = pool(1024, Duration.ofMinutes(10), Duration.ofHours(6), Duration.ZERO)) {
            pool.acquire(version, line -> {}).close();
            var only = alive.values().iterator().next();
            await().until(() -> only.frozen);
            var taken = new CountDownLatch(1);
            Thread taker = Thread.ofPlatform().start(() -> {
                try (var lease = pool.acquire(version, line -> {})) {
                    assertThat(lease.sandbox()).isSameAs(only);
                    assertThat(only.frozen).isFalse();
                    taken.countDown();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            while (taker.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            assertThat(taken.getCount()).isOne();
            freezeMayEnd.countDown();
            assertThat(taken.await(30, TimeUnit.SECONDS)).isTrue();
            taker.join();
        }
    }

    @Test
    void noBusySandboxIsEverFrozen() throws Exception {
        var delay = Duration.ofNanos(50_000);
        try (var pool = pool(1024, Duration.ofMinutes(10), Duration.ofHours(6), delay)) {
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
            await().until(() -> alive.values().stream().allMatch(sandbox -> sandbox.frozen));
            assertThat(usedWhileFrozen).hasValue(0);
            assertThat(frozenWhileUsed).hasValue(0);
        }
    }

    @Test
    void aSandboxThatDoesNotWakeIsReplaced() throws Exception {
        var version = function("f", "1", 128);
        try (var pool = pool(1024, Duration.ofMinutes(10), Duration.ofHours(6), Duration.ZERO)) {
            pool.acquire(version, line -> {}).close();
            await().until(() -> alive.values().iterator().next().frozen);
            thawFails = true;
            try (var lease = pool.acquire(version, line -> {})) {
                assertThat(lease.isCold()).isTrue();
            }
            await().until(() -> pool.promisedMb() == 128);
        }
    }

    @Test
    void aSandboxThatDiedWhileIdleIsReplaced() throws Exception {
        var version = function("f", "1", 128);
        pool.acquire(version, line -> {}).close();
        await().until(() -> snapshots.size() == 1 && pool.promisedMb() == 128);
        alive.values().iterator().next().reusable = false;
        try (var lease = pool.acquire(version, line -> {})) {
            assertThat(lease.isCold()).isTrue();
        }
        await().until(() -> pool.promisedMb() == 128);
    }

    @Test
    void modulesTakeMemoryWhileTheyRunAndAreNeverFrozen() throws Exception {
        try (var pool = pool(1024, Duration.ofMinutes(10), Duration.ofHours(6), Duration.ZERO)) {
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
            assertThat(alive.values()).allMatch(sandbox -> sandbox.freezes.get() == 0);
        }
    }

    @Test
    void aRevisionsStateIsKeptOnceAfterItsFirstColdStart() throws Exception {
        var first = function("f", "1", 128);
        var busy = pool.acquire(first, line -> {});
        pool.acquire(first, line -> {}).close();
        busy.close();
        await().until(() -> snapshots.equals(List.of("f@1 of 2")));
        pool.deleted("another");
        pool.sweep();
        pool.acquire(function("f", "2", 128), line -> {}).close();
        await().until(() -> snapshots.size() == 2 && snapshots.getLast().startsWith("f@2"));
        await().until(() -> pool.promisedMb() == 128);
    }

    @Test
    void noSnapshotIsTakenForModulesForRestoredSandboxesAndWithoutMemory() throws Exception {
        pool.acquire(function("module", "1", 128, Isolation.WASM), line -> {}).close();
        pool.acquire(function("large", "1", 1024), line -> {}).close();
        restores = true;
        pool.acquire(function("restored", "1", 128), line -> {}).close();
        restores = false;
        pool.acquire(function("last", "1", 128), line -> {}).close();
        await().until(() -> !snapshots.isEmpty());
        assertThat(snapshots).singleElement().asString().startsWith("last@1");
    }

    @Test
    void aSnapshotThatFailsGivesItsMemoryBackAndIsNotTriedAgain() throws Exception {
        snapshotsFail = true;
        var version = function("f", "1", 128);
        pool.acquire(version, line -> {}).close();
        await().until(() -> snapshots.size() == 1 && pool.promisedMb() == 128);
        pool.apply(new ScalingDecision(version.key(), 0, "test", Instant.EPOCH), Optional.of(version));
        await().until(alive::isEmpty);
        pool.acquire(version, line -> {}).close();
        pool.acquire(function("other", "1", 128), line -> {}).close();
        await().until(() -> snapshots.size() == 2);
        assertThat(snapshots.getLast()).startsWith("other@1");
    }
}
