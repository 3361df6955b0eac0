package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.wasm.engine.wasi.KeyValue;
import java.io.IOException;
import java.time.Duration;

/** Where guests' keys and values are kept. */
@FunctionalInterface
public interface KeyValueStores {
    /** No guest may use any. */
    KeyValueStores NONE = (_, _, _) -> new byte[] {KeyValue.ACCESS_DENIED};

    /**
     * Does what a guest asks.
     *
     * @param accountId whose stores they are
     * @param request in the form that {@link KeyValue} writes; it is the guest's, and is to be checked
     * @return a code and what it goes with
     * @throws IOException when nobody answers within that time
     */
    byte[] ask(String accountId, byte[] request, Duration within) throws IOException, InterruptedException;
}
