package dev.mayfly.invoker.sources;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Asks a broker which brokers there are, over one connection to that broker and to no other: Kafka's own clients connect to
 * what they are told before anybody can look at it.
 */
final class AdvertisedBrokers {
    private static final int METADATA = 3;
    /** Every broker since Kafka 0.11 speaks it. */
    private static final int VERSION = 4;

    private static final int CORRELATION = 1;
    private static final int LARGEST_ANSWER = 1 << 20;
    private static final Pattern HOST = Pattern.compile("[0-9A-Za-z._:%-]{1,255}");
    private static final String CLIENT = "mayfly";

    private AdvertisedBrokers() {}

    /**
     * What {@code server} says.
     *
     * @param server {@code host:port}
     * @return {@code host:port} each
     * @throws IOException when there is no broker, or none that can be understood
     */
    static List<String> of(String server, Duration patience) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(address(server), (int) patience.toMillis());
            socket.setSoTimeout((int) patience.toMillis());
            socket.getOutputStream().write(question());
            var in = new DataInputStream(socket.getInputStream());
            int length = in.readInt();
            if (length < 0 || length > LARGEST_ANSWER) {
                throw new IOException("An answer of " + length + " bytes is none of a broker");
            }
            byte[] answer = new byte[length];
            in.readFully(answer);
            return brokers(new DataInputStream(new ByteArrayInputStream(answer)));
        }
    }

    private static InetSocketAddress address(String server) throws IOException {
        int colon = server.lastIndexOf(':');
        try {
            return new InetSocketAddress(server.substring(0, colon), Integer.parseInt(server.substring(colon + 1)));
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new IOException(server + " is not host:port", e);
        }
    }

    /** Asks for the metadata of no topic, so that the answer is about the brokers only. */
    private static byte[] question() throws IOException {
        var body = new ByteArrayOutputStream();
        var out = new DataOutputStream(body);
        out.writeShort(METADATA);
        out.writeShort(VERSION);
        out.writeInt(CORRELATION);
        out.writeShort(CLIENT.length());
        out.write(CLIENT.getBytes(StandardCharsets.UTF_8));
        out.writeInt(0);
        out.writeBoolean(false);
        var framed = new ByteArrayOutputStream();
        new DataOutputStream(framed).writeInt(body.size());
        body.writeTo(framed);
        return framed.toByteArray();
    }

    private static List<String> brokers(DataInputStream in) throws IOException {
        if (in.readInt() != CORRELATION) {
            throw new IOException("The answer is to another question");
        }
        in.skipNBytes(Integer.BYTES); // For how long the broker throttled the question.
        int count = in.readInt();
        var brokers = new ArrayList<String>();
        for (int n = 0; n < count; n++) {
            in.skipNBytes(Integer.BYTES); // The node's id.
            byte[] host = new byte[in.readUnsignedShort()];
            in.readFully(host);
            String name = new String(host, StandardCharsets.UTF_8);
            if (!HOST.matcher(name).matches()) {
                throw new IOException("The broker names one that is no host");
            }
            brokers.add(name + ":" + in.readInt());
            in.skipNBytes(Math.max(0, in.readShort())); // The rack.
        }
        return brokers;
    }
}
