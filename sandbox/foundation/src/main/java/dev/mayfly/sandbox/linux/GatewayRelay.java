package dev.mayfly.sandbox.linux;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/** Carries TCP connections from a sandbox's loopback to the gateway, the one address it may reach. */
public final class GatewayRelay implements AutoCloseable {
    private static final int BUFFER_BYTES = 32 * 1024;

    private final ServerSocketChannel listener;
    private final InetSocketAddress gateway;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final Semaphore connections;

    /**
     * @param maxConnections more wait in the listen queue
     */
    public GatewayRelay(ServerSocketChannel listener, InetSocketAddress gateway, int maxConnections) {
        this.listener = listener;
        this.gateway = gateway;
        this.connections = new Semaphore(maxConnections);
        Thread.ofVirtual().name("gateway-relay").start(this::accept);
    }

    private void accept() {
        try {
            while (true) {
                connections.acquire();
                SocketChannel inside = listener.accept();
                open.add(inside);
                Thread.ofVirtual().name("gateway-relay-connection").start(() -> relay(inside));
            }
        } catch (IOException | InterruptedException e) {
            closeAll();
        }
    }

    private void relay(SocketChannel inside) {
        try (inside;
                SocketChannel outside = SocketChannel.open(gateway)) {
            open.add(outside);
            Thread answers = Thread.ofVirtual().name("gateway-relay-answers").start(() -> copy(outside, inside));
            copy(inside, outside);
            answers.join();
            open.remove(outside);
        } catch (IOException e) {
            // The gateway refuses, or the guest has gone: closing the guest's connection says all there is to say.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(inside);
            connections.release();
        }
    }

    private static void copy(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (IOException e) {
            closeQuietly(from);
            closeQuietly(to);
        }
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // A socket that cannot be closed is closed already.
            return;
        }
    }

    private void closeAll() {
        open.forEach(GatewayRelay::closeQuietly);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        closeAll();
    }
}
