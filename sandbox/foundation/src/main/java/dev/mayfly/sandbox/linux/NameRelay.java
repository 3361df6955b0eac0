package dev.mayfly.sandbox.linux;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries a sandbox's questions for names, from port 53 of its loopback interface, to the machine's first name server: that
 * may have a private address, which the sandbox itself cannot reach.
 */
public final class NameRelay implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NameRelay.class);
    private static final int PORT = 53;
    private static final int MAX_MESSAGE = 4096;
    private static final int MAX_QUESTIONS = 64;
    private static final int MAX_CONNECTIONS = 8;
    private static final int TIMEOUT_MILLIS = 5000;

    private final DatagramChannel inside;
    private final GatewayRelay connections;
    private final InetSocketAddress server;
    private final Semaphore questions = new Semaphore(MAX_QUESTIONS);

    private NameRelay(DatagramChannel inside, ServerSocketChannel listener, InetSocketAddress server) {
        this.inside = inside;
        this.server = server;
        this.connections = new GatewayRelay(listener, server, MAX_CONNECTIONS);
        Thread.ofVirtual().name("name-relay").start(this::serve);
    }

    /** Null when the machine has no name server. */
    public static @Nullable NameRelay open(NetworkNamespace namespace) throws IOException, InterruptedException {
        InetSocketAddress server = machinesServer(Path.of("/etc/resolv.conf"));
        if (server == null) {
            return null;
        }
        DatagramChannel datagrams = namespace.datagrams(PORT);
        try {
            return new NameRelay(datagrams, namespace.connections(PORT), server);
        } catch (IOException | InterruptedException e) {
            datagrams.close();
            throw e;
        }
    }

    static @Nullable InetSocketAddress machinesServer(Path configuration) throws IOException {
        if (!Files.isReadable(configuration)) {
            return null;
        }
        return Files.readAllLines(configuration).stream()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length >= 2 && words[0].equals("nameserver") && !words[1].contains("%"))
                .map(words -> new InetSocketAddress(InetAddress.ofLiteral(words[1]), PORT))
                .findFirst()
                .orElse(null);
    }

    private void serve() {
        ByteBuffer question = ByteBuffer.allocate(MAX_MESSAGE);
        try {
            while (true) {
                questions.acquire();
                question.clear();
                SocketAddress asker = inside.receive(question);
                byte[] message = new byte[question.flip().remaining()];
                question.get(message);
                Thread.ofVirtual().name("name-relay-question").start(() -> relay(message, asker));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            log.debug("A sandbox's names are no longer relayed: {}", e.toString());
        }
    }

    private void relay(byte[] question, SocketAddress asker) {
        try (DatagramChannel outside = DatagramChannel.open()) {
            outside.connect(server);
            outside.write(ByteBuffer.wrap(question));
            outside.socket().setSoTimeout(TIMEOUT_MILLIS);
            var answer = new DatagramPacket(new byte[MAX_MESSAGE], MAX_MESSAGE);
            outside.socket().receive(answer);
            inside.send(ByteBuffer.wrap(answer.getData(), 0, answer.getLength()), asker);
        } catch (SocketTimeoutException e) {
            log.debug("The name server did not answer");
        } catch (IOException e) {
            log.debug("A name could not be asked for: {}", e.toString());
        } finally {
            questions.release();
        }
    }

    @Override
    public void close() throws IOException {
        inside.close();
        connections.close();
    }
}
