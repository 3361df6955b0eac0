package dev.mayfly.objects.blob;

import java.io.IOException;

/** Takes bytes in order. */
@FunctionalInterface
public interface Sink {
    void write(byte[] bytes, int offset, int length) throws IOException;
}
