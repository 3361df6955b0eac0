package dev.mayfly.sandbox.wasm.engine.wasi;

/** The way from a guest to the host that it runs for. It leads to what that guest's function may use, and nowhere else. */
@FunctionalInterface
public interface HostLine {
    /** Leads nowhere: every request is answered by one byte, {@link KeyValue#ACCESS_DENIED}. */
    HostLine NONE = _ -> new byte[] {KeyValue.ACCESS_DENIED};

    /**
     * Waits for the answer. The guest's thread is not interrupted meanwhile.
     *
     * @throws java.io.UncheckedIOException when the host is gone
     */
    byte[] ask(byte[] request);
}
