package dev.mayfly.sandbox.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** A service, on the host's loopback or in a network namespace, that counts who reaches it and answers every connection with one HTTP response. */
final class StandIn implements AutoCloseable {
    private final ServerSocket server;
    private final AtomicInteger connections = new AtomicInteger();
    private final byte[] response;

    StandIn(String body) throws IOException {
        this(InetAddress.getLoopbackAddress(), body);
    }

    StandIn(InetAddress address, String body) throws IOException {
        server = new ServerSocket(0, 50, address);
        response = ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
        Thread.ofVirtual().start(this::serve);
    }

    int port() {
        return server.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    private void serve() {
        try {
            while (true) {
                try (Socket socket = server.accept()) {
                    connections.incrementAndGet();
                    byte[] request = new byte[8192];
                    if (socket.getInputStream().read(request) > 0) {
                        socket.getOutputStream().write(response);
                    }
                }
            }
        } catch (SocketException e) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
