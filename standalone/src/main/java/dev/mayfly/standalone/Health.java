package dev.mayfly.standalone;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks components on this machine whether they work, with as little code loaded as possible. */
final class Health {
    private static final int TIMEOUT_MILLIS = 3000;
    private static final short API_VERSIONS = 18;
    private static final int MAX_ANSWER = 1 << 20;

    private Health() {}

    /** Whether {@code path} answers with status 200. */
    static boolean http(int port, String path) throws IOException {
        try (Socket socket = connect(port)) {
            String request = "GET " + path + " HTTP/1.1\r\nHost: localhost:" + port + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String status = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            return status.startsWith("HTTP/1.") && status.endsWith(" 200");
        }
    }

    /** Whether a Kafka broker serves requests: it answers {@code ApiVersions} without an error. */
    static boolean kafka(int port) throws IOException {
        try (Socket socket = connect(port)) {
            var out = new DataOutputStream(socket.getOutputStream());
            int correlation = 7;
            out.writeInt(10);
            out.writeShort(API_VERSIONS);
            out.writeShort(0);
            out.writeInt(correlation);
            out.writeShort(-1);
            out.flush();
            var in = new DataInputStream(socket.getInputStream());
            int length = in.readInt();
            return length >= 6 && length < MAX_ANSWER && in.readInt() == correlation && in.readShort() == 0;
        }
    }

    private static Socket connect(int port) throws IOException {
        var socket = new Socket();
        try {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MILLIS);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
