package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.host.code.CodeCache;
import dev.mayfly.sandbox.api.Sandbox;

/** A sandbox with what belongs to it: its function version, its log, its code. */
final class PooledSandbox {
    private final FunctionVersion version;
    private final Sandbox sandbox;
    private final SandboxLog log;
    private final CodeCache.Held code;
    private final long startedNanos = System.nanoTime();
    private long idleSinceNanos = startedNanos;

    PooledSandbox(FunctionVersion version, Sandbox sandbox, SandboxLog log, CodeCache.Held code) {
        this.version = version;
        this.sandbox = sandbox;
        this.log = log;
        this.code = code;
    }

    FunctionVersion version() {
        return version;
    }

    Sandbox sandbox() {
        return sandbox;
    }

    SandboxLog log() {
        return log;
    }

    long ageNanos() {
        return System.nanoTime() - startedNanos;
    }

    long idleNanos() {
        return System.nanoTime() - idleSinceNanos;
    }

    void idleFromNow() {
        idleSinceNanos = System.nanoTime();
    }

    void close() {
        try {
            sandbox.close();
        } finally {
            code.close();
        }
    }
}
