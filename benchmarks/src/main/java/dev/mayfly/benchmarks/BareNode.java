package dev.mayfly.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The handler itself, in a node process without any sandbox, asked over a plain framed stream. */
final class BareNode implements AutoCloseable {
    private final Process process;
    private final SocketChannel stream;

    /** @param source of the handler */
    BareNode(Path folder, String name, String source) throws IOException {
        Files.createDirectories(folder);
        Path module = Files.writeString(folder.resolve(name + ".js"), source);
        Path program = Files.writeString(folder.resolve("bare.js"), Functions.text("bare.js"));
        Path socket = folder.resolve(name + ".sock");
        Files.deleteIfExists(socket);
        try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(socket));
            process = new ProcessBuilder("node", program.toString(), socket.toString(), module.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            stream = listener.accept();
        }
    }

    byte[] answer(byte[] event) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(4 + event.length)
                .putInt(event.length)
                .put(event)
                .flip();
        while (frame.hasRemaining()) {
            stream.write(frame);
        }
        return read(read(4).getInt()).array();
    }

    private ByteBuffer read(int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (stream.read(bytes) < 0) {
                throw new EOFException("The bare node process has ended");
            }
        }
        return bytes.flip();
    }

    /** A handler of {@link Functions} that does what {@code text} says. */
    static byte[] work(String kind, int amount, String folder) {
        return "{\"kind\":\"%s\",\"n\":%d,\"folder\":\"%s\"}"
                .formatted(kind, amount, folder)
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        stream.close();
        process.destroyForcibly();
    }
}
