package dev.mayfly.sandbox.wasm.engine;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;

/** Collects what a guest writes, up to a limit. Written and read by the guest's thread alone. */
final class LimitedOutput extends OutputStream {
    /** Ends a guest whose output passes its limit. */
    static final class LimitExceededException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        LimitExceededException() {
            super("output limit exceeded", null, false, false);
        }
    }

    private final int limit;
    private final boolean endAtLimit;
    private final ByteArrayOutputStream collected = new ByteArrayOutputStream(256);
    private long dropped;

    /** @param endAtLimit whether the guest ends there, or only what is too much is dropped */
    LimitedOutput(int limit, boolean endAtLimit) {
        this.limit = limit;
        this.endAtLimit = endAtLimit;
    }

    @Override
    public void write(int one) {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        int room = Math.min(length, limit - collected.size());
        collected.write(bytes, offset, room);
        if (room < length) {
            dropped += length - room;
            if (endAtLimit) {
                throw new LimitExceededException();
            }
        }
    }

    /** Bytes that did not fit. */
    long dropped() {
        return dropped;
    }

    byte[] bytes() {
        return collected.toByteArray();
    }
}
