package dev.mayfly.sandbox.guest;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/** Where the one connection of a guest's runtime comes from. */
public interface Door extends AutoCloseable {
    /** Waits for the connection; {@link #close}, from any thread, ends the wait with an {@link IOException}. */
    SocketChannel open() throws IOException;

    @Override
    void close() throws IOException;
}
