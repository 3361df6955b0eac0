package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.host.code.CodeCache;
import dev.mayfly.host.volume.Volumes;
import dev.mayfly.sandbox.api.Sandbox;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/** A sandbox with what belongs to it: its function version, its log, its code. It begins in the hands of an invocation. */
final class PooledSandbox {
    private final FunctionVersion version;
    private final Sandbox sandbox;
    private final SandboxLog log;
    private final CodeCache.Held code;
    private final Volumes.Held volumes;
    private final boolean toStay;
    private final long startedNanos = System.nanoTime();
    private final AtomicBoolean waitsForFreezing = new AtomicBoolean();
    private volatile long idleSinceNanos = startedNanos;
    private volatile long fetchNanos;
    private volatile long startNanos;
    private int promisedMb;
    private boolean usedBefore;
    private boolean busy;
    private long busySinceNanos;

    /** Guards changes of what follows: who freezes and who leases exclude each other. */
    private final ReentrantLock life = new ReentrantLock();

    private volatile boolean leased = true;
    private volatile boolean closed;
    private boolean frozen;

    /** @param toStay whether it was started to be kept ready, which what runs in it can see */
    PooledSandbox(
            FunctionVersion version,
            Sandbox sandbox,
            SandboxLog log,
            CodeCache.Held code,
            Volumes.Held volumes,
            boolean toStay) {
        this.version = version;
        this.sandbox = sandbox;
        this.log = log;
        this.code = code;
        this.volumes = volumes;
        this.toStay = toStay;
    }

    FunctionVersion version() {
        return version;
    }

    Sandbox sandbox() {
        return sandbox;
    }

    /** Whether it was started to be kept ready. */
    boolean isToStay() {
        return toStay;
    }

    SandboxLog log() {
        return log;
    }

    /** How long its code and its start, with the init phase or restore, took. Said once, before anybody has it. */
    void took(long fetch, long start) {
        fetchNanos = fetch;
        startNanos = start;
    }

    long fetchNanos() {
        return fetchNanos;
    }

    long startNanos() {
        return startNanos;
    }

    long ageNanos() {
        return System.nanoTime() - startedNanos;
    }

    long idleNanos() {
        return System.nanoTime() - idleSinceNanos;
    }

    /** Whether anything of it is there between invocations: a process to freeze, memory that it keeps. */
    boolean livesWhileIdle() {
        return version.isolation() != Isolation.WASM;
    }

    /** The memory that the pool has promised for it; the pool guards this. */
    int promisedMb() {
        return promisedMb;
    }

    void promise(int memoryMb) {
        promisedMb = memoryMb;
    }

    /** An invocation gets it; the pool guards this. */
    void begins() {
        busySinceNanos = System.nanoTime();
        busy = true;
    }

    /** How long the invocation that is done with it had it, 0 when none had; the pool guards this. */
    long ends() {
        boolean wasBusy = busy;
        busy = false;
        return wasBusy ? System.nanoTime() - busySinceNanos : 0;
    }

    /** Whether this is the first time that it is asked; the pool guards this. */
    boolean isFirstUse() {
        boolean first = !usedBefore;
        usedBefore = true;
        return first;
    }

    /** From now on an invocation has it: it is awake and stays so. */
    void lease() {
        life.lock();
        try {
            leased = true;
            if (frozen) {
                frozen = false;
                sandbox.thaw();
            }
        } finally {
            life.unlock();
        }
    }

    void release() {
        life.lock();
        try {
            idleSinceNanos = System.nanoTime();
            leased = false;
        } finally {
            life.unlock();
        }
    }

    /** Freezes it unless it is in use, going away or frozen already. Who has it at this moment keeps it awake. */
    void freezeIfIdle() {
        if (!life.tryLock()) {
            return;
        }
        try {
            if (!leased && !frozen && !closed) {
                sandbox.freeze();
                frozen = true;
            }
        } finally {
            life.unlock();
        }
    }

    boolean isIdle() {
        return !leased && !closed;
    }

    /** Whether it waits to be frozen from now on and did not before. */
    boolean beginWaitForFreezing() {
        return waitsForFreezing.compareAndSet(false, true);
    }

    void endWaitForFreezing() {
        waitsForFreezing.set(false);
    }

    /** Ends it after its shutdown phase, which may take seconds. */
    void retire() {
        life.lock();
        try {
            closed = true;
        } finally {
            life.unlock();
        }
        try {
            sandbox.shutDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    /** Ends it at once. */
    void close() {
        life.lock();
        try {
            closed = true;
            sandbox.close();
        } finally {
            life.unlock();
            log.ended();
            volumes.close();
            code.close();
        }
    }
}
