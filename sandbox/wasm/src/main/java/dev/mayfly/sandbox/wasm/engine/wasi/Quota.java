package dev.mayfly.sandbox.wasm.engine.wasi;

/** What one invocation may keep in its {@code /tmp}, out of what all of them together may. Used by one thread. */
final class Quota {
    private static final int MAX_NODES = 16_384;

    private final Storage storage;
    private final long maxBytes;
    private long bytes;
    private int nodes;

    Quota(Storage storage, long maxBytes) {
        this.storage = storage;
        this.maxBytes = maxBytes;
    }

    /** Counts more (or, negative, fewer) bytes. */
    void bytes(long more) {
        if (more > 0 && (bytes + more > maxBytes || !storage.take(more))) {
            throw new Errno.Failure(Errno.NOSPC);
        }
        if (more < 0) {
            storage.give(-more);
        }
        bytes += more;
    }

    /** Counts more (or fewer) files, folders and links. */
    void nodes(int more) {
        if (more > 0 && nodes + more > MAX_NODES) {
            throw new Errno.Failure(Errno.NOSPC);
        }
        nodes += more;
    }

    void end() {
        storage.give(bytes);
        bytes = 0;
    }
}
