package dev.mayfly.sandbox.guest;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/** Opens connections to programs inside a sandbox. */
@FunctionalInterface
public interface Dialer {
    /**
     * Connects to a port of the sandbox's loopback interface.
     *
     * @throws IOException when nobody listens there
     */
    SocketChannel dial(int port) throws IOException, InterruptedException;
}
