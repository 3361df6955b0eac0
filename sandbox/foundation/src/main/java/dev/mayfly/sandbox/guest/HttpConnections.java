package dev.mayfly.sandbox.guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Takes the guest's connections to its Runtime API: a bounded number, each on a virtual thread. */
final class HttpConnections implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 32;

    private final ServerSocketChannel listener;
    private final @Nullable HttpLink link;
    private final @Nullable Extensions extensions;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final Semaphore free = new Semaphore(MAX_CONNECTIONS);
    /** One body at a time, so that a guest cannot fill the host's heap. */
    private final Semaphore bodies = new Semaphore(1);

    /**
     * @param link serves the Runtime API, or null where the runtime does not speak HTTP
     * @param extensions serve the Extensions API, or null where there are none
     */
    HttpConnections(ServerSocketChannel listener, @Nullable HttpLink link, @Nullable Extensions extensions) {
        this.listener = listener;
        this.link = link;
        this.extensions = extensions;
        Thread.ofVirtual().name("runtime-api").start(this::accept);
    }

    private void accept() {
        try {
            while (true) {
                free.acquire();
                start(listener.accept(), HttpConnection::serve);
            }
        } catch (IOException | InterruptedException e) {
            closeAll();
        }
    }

    @FunctionalInterface
    private interface Service {
        void serve(HttpConnection connection) throws IOException, InterruptedException;
    }

    private void start(SocketChannel channel, Service service) {
        open.add(channel);
        Thread.ofVirtual().name("runtime-api-connection").start(() -> serve(channel, service));
    }

    /** Serves a guest that waits there to be told that it was restored. */
    void restore(SocketChannel channel) throws InterruptedException {
        free.acquire();
        start(channel, HttpConnection::restore);
    }

    private void serve(SocketChannel channel, Service service) {
        try (channel) {
            service.serve(new HttpConnection(channel, link, extensions, bodies));
        } catch (IOException e) {
            // The guest broke the connection, or the sandbox was closed: nobody is left to be told.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(channel);
            free.release();
        }
    }

    private void closeAll() {
        for (SocketChannel channel : open) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        closeAll();
    }
}
