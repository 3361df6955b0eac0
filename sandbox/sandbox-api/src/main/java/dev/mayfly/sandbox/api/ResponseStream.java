package dev.mayfly.sandbox.api;

import java.nio.ByteBuffer;

/**
 * Takes an answer piece by piece while the function writes it. The thread that invokes calls it; while {@link #write}
 * blocks, the function is held up too. It never fails: one whose reader has gone discards what comes, because a function
 * runs to its end whether or not anybody listens.
 */
public interface ResponseStream {
    /** The largest streamed answer, in bytes: 200 MiB, as on Lambda. */
    long MAX_BYTES = 200L * 1024 * 1024;

    /**
     * The answer begins. Called once, before the first bytes; not at all when the function answers whole or fails first.
     *
     * @param contentType as the function named it
     */
    void begin(String contentType);

    /** The next bytes, valid until this returns. */
    void write(ByteBuffer bytes);
}
