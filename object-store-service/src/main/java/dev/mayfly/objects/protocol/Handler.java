package dev.mayfly.objects.protocol;

import java.io.IOException;

/** Does one operation. */
public interface Handler {
    S3Operation operation();

    /**
     * @throws dev.mayfly.objects.error.S3Exception what the client is to be told
     * @throws IOException when the store itself fails
     */
    Answer handle(S3Request request) throws IOException;
}
