package dev.mayfly.sandbox.guest;

import java.nio.channels.ServerSocketChannel;

/** Serves the Extensions API over HTTP beside a {@link FramedLink}. */
public final class ExtensionsDoor implements AutoCloseable {
    private final HttpConnections connections;

    public ExtensionsDoor(ServerSocketChannel listener, Extensions extensions) {
        connections = new HttpConnections(listener, null, extensions);
    }

    @Override
    public void close() {
        connections.close();
    }
}
