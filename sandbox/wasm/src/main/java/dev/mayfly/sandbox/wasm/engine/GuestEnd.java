package dev.mayfly.sandbox.wasm.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * How a guest ended.
 *
 * @param exitCode set for {@link How#EXIT}
 * @param message why, for people; empty after a good end
 * @param cpuNanos CPU time of the guest's thread
 * @param memoryBytes the size of its linear memory at the end, which never shrinks
 * @param output standard output
 * @param log standard error
 */
public record GuestEnd(
        How how,
        int exitCode,
        String message,
        long durationNanos,
        long cpuNanos,
        long memoryBytes,
        byte[] output,
        byte[] log) {

    /** The ways to end. */
    public enum How {
        /** {@code _start} returned, or {@code proc_exit} was called. */
        EXIT,
        TRAP,
        TIMEOUT,
        STACK_EXHAUSTED,
        /** It wanted more memory than it may have. */
        MEMORY_EXHAUSTED,
        /** Its output is larger than an answer may be. */
        OUTPUT_TOO_LARGE,
        /** The engine's own fault. */
        ENGINE_FAILED
    }

    private static final How[] WAYS = How.values();

    byte[] head() {
        byte[] text = message.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + 4 + 3 * 8 + 4 + text.length + 4)
                .put((byte) how.ordinal())
                .putInt(exitCode)
                .putLong(durationNanos)
                .putLong(cpuNanos)
                .putLong(memoryBytes)
                .putInt(text.length)
                .put(text)
                .putInt(log.length)
                .array();
    }

    /**
     * Reads what {@link #head}, log and output make together.
     *
     * @throws RuntimeException when it is anything else
     */
    public static GuestEnd read(byte[] body) {
        ByteBuffer in = ByteBuffer.wrap(body);
        How how = WAYS[in.get()];
        int exitCode = in.getInt();
        long duration = in.getLong();
        long cpu = in.getLong();
        long memory = in.getLong();
        String message = new String(bytes(in, in.getInt()), StandardCharsets.UTF_8);
        byte[] log = bytes(in, in.getInt());
        byte[] output = bytes(in, in.remaining());
        return new GuestEnd(how, exitCode, message, duration, cpu, memory, output, log);
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("A message that claims " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
