package dev.mayfly.sandbox.wasm.engine.wasi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Collects what a guest writes, up to a limit. Written and read by the guest's thread alone. */
public final class LimitedOutput {
    /** Ends a guest whose output passes its limit. */
    public static final class LimitExceededException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        LimitExceededException() {
            super("output limit exceeded", null, false, false);
        }
    }

    private static final int FIRST = 512;

    private final int limit;
    private final boolean endAtLimit;
    private byte[] collected = {};
    private int size;
    private long dropped;

    /** @param endAtLimit whether the guest ends there, or only what is too much is dropped */
    public LimitedOutput(int limit, boolean endAtLimit) {
        this.limit = limit;
        this.endAtLimit = endAtLimit;
    }

    void write(GuestMemory memory, int address, int length) {
        int room = Math.min(length, limit - size);
        if (size + room > collected.length) {
            collected = Arrays.copyOf(collected, Math.min(limit, Math.max(FIRST, 2 * (size + room))));
        }
        memory.copyOut(address, collected, size, room);
        size += room;
        if (room < length) {
            dropped += length - room;
            if (endAtLimit) {
                throw new LimitExceededException();
            }
        }
    }

    /** What was written, with a note when some of it was dropped. */
    public byte[] bytes() {
        byte[] kept = Arrays.copyOf(collected, size);
        if (dropped == 0) {
            return kept;
        }
        byte[] note = "\n[%d bytes of log dropped: an invocation may log %d]\n"
                .formatted(dropped, limit)
                .getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(kept, kept.length + note.length);
        System.arraycopy(note, 0, all, kept.length, note.length);
        return all;
    }
}
