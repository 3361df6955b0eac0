package dev.mayfly.host.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.Network;
import dev.mayfly.host.code.CodeCache;
import dev.mayfly.host.volume.Volumes;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sandboxes without anything inside, that tell what a pool does with them. */
final class FakeSandboxes {
    final AtomicInteger started = new AtomicInteger();
    final AtomicInteger startedProvisioned = new AtomicInteger();
    final Map<String, FakeSandbox> alive = new ConcurrentHashMap<>();
    final List<String> snapshots = new CopyOnWriteArrayList<>();
    private final AtomicInteger usedWhileFrozen = new AtomicInteger();
    private final AtomicInteger frozenWhileUsed = new AtomicInteger();
    volatile CountDownLatch freezeMayEnd = new CountDownLatch(0);
    volatile boolean startsFail;
    volatile boolean snapshotsFail;
    volatile boolean restores;
    volatile boolean thawFails;

    final class FakeSandbox implements Sandbox {
        private final String id = "sandbox-" + started.incrementAndGet();
        volatile boolean reusable = true;
        private final AtomicBoolean used = new AtomicBoolean();
        volatile boolean frozen;
        final AtomicInteger freezes = new AtomicInteger();

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

    /** A pool of 1 GB that keeps what is idle. */
    SandboxPool pool() {
        return pool(1024, Duration.ofMinutes(10), Duration.ofHours(6));
    }

    SandboxPool pool(long memoryMb, Duration keepAlive, Duration lifetime) {
        return pool(memoryMb, keepAlive, lifetime, Duration.ofMinutes(1));
    }

    SandboxPool pool(long memoryMb, Duration keepAlive, Duration lifetime, Duration freezeAfter) {
        return new SandboxPool(
                this::start, this::snapshot, new SandboxLimits(memoryMb, keepAlive, lifetime, freezeAfter));
    }

    PooledSandbox start(FunctionVersion version, boolean provisioned, @Nullable Consumer<String> failureLog)
            throws SandboxStartException {
        if (startsFail) {
            throw SandboxStartException.function("Runtime.ExitError", "exit status 1", 1);
        }
        if (provisioned) {
            startedProvisioned.incrementAndGet();
        }
        var sandbox = new FakeSandbox();
        alive.put(sandbox.id(), sandbox);
        return new PooledSandbox(
                version, sandbox, new SandboxLog(null), CodeCache.Held.nothing(), Volumes.Held.nothing(), provisioned);
    }

    private void snapshot(FunctionVersion version, Duration most) throws SandboxStartException {
        snapshots.add(version.name() + "@" + version.revisionId() + " of " + alive.size());
        if (snapshotsFail) {
            throw SandboxStartException.platform("no room on the disk", null);
        }
    }

    static FunctionVersion function(String name, String revision, int memoryMb) {
        return function(name, revision, memoryMb, Isolation.CONTAINER);
    }

    static FunctionVersion function(String name, String revision, int memoryMb, Isolation isolation) {
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

    /** Nothing is left, and no sandbox was ever used while it stood still. */
    void assertAllEnded() {
        assertThat(alive).isEmpty();
        assertThat(usedWhileFrozen).hasValue(0);
        assertThat(frozenWhileUsed).hasValue(0);
    }
}
