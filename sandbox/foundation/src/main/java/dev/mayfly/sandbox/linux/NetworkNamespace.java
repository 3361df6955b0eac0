package dev.mayfly.sandbox.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A network namespace with a loopback interface, no route, and listening sockets that this process serves. It exists
 * before the container does, so that the guest finds its sockets at once; and as only descriptors hold it, it goes when its
 * processes and this one have gone.
 */
public final class NetworkNamespace implements AutoCloseable {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final int descriptor;
    private final List<ServerSocketChannel> listeners;

    private NetworkNamespace(int descriptor, List<ServerSocketChannel> listeners) {
        this.descriptor = descriptor;
        this.listeners = listeners;
    }

    /** Makes one, listening on each of {@code ports}. */
    public static NetworkNamespace create(List<Integer> ports) throws IOException, InterruptedException {
        return inThreadOfItsOwn(() -> createInThisThread(ports));
    }

    /** A socket of the namespace for datagrams to {@code port} of its loopback interface. */
    DatagramChannel datagrams(int port) throws IOException, InterruptedException {
        return inThreadOfItsOwn(() -> {
            Linux.setns(descriptor, Linux.CLONE_NEWNET);
            return DatagramChannel.open(StandardProtocolFamily.INET).bind(new InetSocketAddress(LOOPBACK, port));
        });
    }

    /** A socket of the namespace for connections to {@code port} of its loopback interface. */
    ServerSocketChannel connections(int port) throws IOException, InterruptedException {
        return inThreadOfItsOwn(() -> {
            Linux.setns(descriptor, Linux.CLONE_NEWNET);
            return ServerSocketChannel.open(StandardProtocolFamily.INET)
                    .bind(new InetSocketAddress(LOOPBACK, port), 16);
        });
    }

    /** A connection to {@code port} of its loopback interface. */
    public SocketChannel connect(int port) throws IOException, InterruptedException {
        return inThreadOfItsOwn(() -> {
            Linux.setns(descriptor, Linux.CLONE_NEWNET);
            return SocketChannel.open(new InetSocketAddress(LOOPBACK, port));
        });
    }

    @FunctionalInterface
    private interface Work<T> {
        T run() throws IOException;
    }

    /** The thread ends afterwards, so a namespace that could not be left goes with it. */
    private static <T> T inThreadOfItsOwn(Work<T> work) throws IOException, InterruptedException {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = Thread.ofPlatform().name("sandbox-netns").daemon().start(() -> {
            try {
                result.complete(work.run());
            } catch (IOException | RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.join();
        } catch (CompletionException e) {
            throw new IOException("Cannot work in a network namespace: " + e.getMessage(), e);
        } finally {
            thread.join();
        }
    }

    private static NetworkNamespace createInThisThread(List<Integer> ports) throws IOException {
        Linux.unshare(Linux.CLONE_NEWNET);
        Linux.loopbackUp();
        List<ServerSocketChannel> listeners = new ArrayList<>();
        try {
            for (int port : ports) {
                ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.INET);
                listeners.add(listener);
                listener.bind(new InetSocketAddress(LOOPBACK, port), 128);
            }
            return new NetworkNamespace(Linux.open("/proc/thread-self/ns/net"), listeners);
        } catch (IOException e) {
            for (ServerSocketChannel listener : listeners) {
                listener.close();
            }
            throw e;
        }
    }

    /** Where another process opens the namespace. */
    public Path path() {
        return Path.of("/proc", Long.toString(ProcessHandle.current().pid()), "fd", Integer.toString(descriptor));
    }

    public ServerSocketChannel listener(int index) {
        return listeners.get(index);
    }

    @Override
    public void close() throws IOException {
        for (ServerSocketChannel listener : listeners) {
            listener.close();
        }
        Linux.close(descriptor);
    }
}
