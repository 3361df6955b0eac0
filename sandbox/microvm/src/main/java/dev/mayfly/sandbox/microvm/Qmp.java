package dev.mayfly.sandbox.microvm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** QEMU's machine protocol: one command at a time, a line of JSON each way. */
final class Qmp implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int MAX_LINE = 1 << 20;

    private final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(16 * 1024).flip();

    /** Takes the greeting and begins. */
    Qmp(SocketChannel channel) throws IOException {
        this.channel = channel;
        line();
        execute("qmp_capabilities", Map.of());
    }

    JsonNode execute(String command, Map<String, ?> arguments) throws IOException {
        byte[] request = JSON.writeValueAsBytes(Map.of("execute", command, "arguments", arguments));
        ByteBuffer bytes = ByteBuffer.allocate(request.length + 1)
                .put(request)
                .put((byte) '\n')
                .flip();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        while (true) {
            JsonNode answer = line();
            if (answer.has("return")) {
                return answer.get("return");
            }
            if (answer.has("error")) {
                throw new IOException("QEMU refuses " + command + ": "
                        + answer.get("error").path("desc").asString());
            }
        }
    }

    private JsonNode line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            while (buffer.hasRemaining()) {
                byte next = buffer.get();
                if (next == '\n') {
                    return parse(line.toString());
                }
                line.append((char) next);
                if (line.length() > MAX_LINE) {
                    throw new IOException("QEMU sent an endless line");
                }
            }
            buffer.clear();
            int length = channel.read(buffer);
            buffer.flip();
            if (length < 0) {
                throw new IOException("QEMU has ended");
            }
        }
    }

    private static JsonNode parse(String line) throws IOException {
        try {
            return JSON.readTree(line.getBytes(StandardCharsets.ISO_8859_1));
        } catch (JacksonException e) {
            throw new IOException("QEMU sent something else than JSON", e);
        }
    }

    @Override
    public void close() {
        GuestStream.closeQuietly(channel);
    }
}
