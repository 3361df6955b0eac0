package dev.mayfly.objects.protocol;

import java.io.IOException;

/** Does one operation. */
public interface Handler {
    /** What an operation does. */
    @FunctionalInterface
    interface Work {
        /** As {@link Handler#handle}. */
        Answer on(S3Request request) throws IOException;
    }

    /** A handler that is nothing but its work. */
    static Handler of(S3Operation operation, Work work) {
        return new Handler() {
            @Override
            public S3Operation operation() {
                return operation;
            }

            @Override
            public Answer handle(S3Request request) throws IOException {
                return work.on(request);
            }
        };
    }

    S3Operation operation();

    /**
     * @throws dev.mayfly.objects.error.S3Exception what the client is to be told
     * @throws IOException when the store itself fails
     */
    Answer handle(S3Request request) throws IOException;
}
