package dev.mayfly.billing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A TCP port in front of another one, which a test can close and open as if the server behind it came and went. */
final class Forwarder implements AutoCloseable {
    private final int target;
    private final int port;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private ServerSocket listening;

    /** Closed at first. */
    Forwarder(int target) throws IOException {
        this.target = target;
        try (var probe = new ServerSocket(0)) {
            port = probe.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    void open() throws IOException {
        var server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        listening = server;
        Thread.ofVirtual().start(() -> accept(server));
    }

    private void accept(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Socket behind = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(client);
                sockets.add(behind);
                Thread.ofVirtual().start(() -> pump(client, behind));
                Thread.ofVirtual().start(() -> pump(behind, client));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private static void pump(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            assert from.isClosed() || to.isClosed() || e.getMessage() != null;
        }
    }

    @Override
    public void close() throws IOException {
        if (listening != null) {
            listening.close();
        }
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }
}
