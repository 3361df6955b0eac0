package dev.mayfly.host.lease;

import dev.mayfly.sandbox.api.Sandbox;

/** A sandbox in the hands of one invocation. */
public final class Lease implements AutoCloseable {
    private final SandboxPool pool;
    private final PooledSandbox pooled;
    private final boolean cold;

    Lease(SandboxPool pool, PooledSandbox pooled, boolean cold) {
        this.pool = pool;
        this.pooled = pooled;
        this.cold = cold;
    }

    public Sandbox sandbox() {
        return pooled.sandbox();
    }

    public SandboxLog log() {
        return pooled.log();
    }

    /** Whether it was started for this invocation. */
    public boolean isCold() {
        return cold;
    }

    /** How long its code took to fetch and unpack; little when the host had it. */
    public long fetchNanos() {
        return pooled.fetchNanos();
    }

    /** How long it took to start, with the init phase, or to restore. */
    public long startNanos() {
        return pooled.startNanos();
    }

    /** Gives it back. */
    @Override
    public void close() {
        pool.giveBack(pooled);
    }
}
