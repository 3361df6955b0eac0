package dev.mayfly.sandbox.wasm.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The order to run a module once.
 *
 * @param digest hex SHA-256 of the module
 * @param files names the function's own files, or is empty when it has none
 * @param tmpBytes what it may keep in {@code /tmp}
 * @param memoryPages the cap of its linear memory, in pages of 64 KiB
 * @param timeoutNanos the guest is stopped after this
 * @param arguments {@code argv}, the program's name first
 * @param environment what {@code environ_get} gives
 * @param volume where it sees its function's volume, or empty
 * @param event standard input
 */
public record GuestCall(
        String digest,
        String files,
        long tmpBytes,
        int memoryPages,
        long timeoutNanos,
        List<String> arguments,
        Map<String, String> environment,
        String volume,
        byte[] event) {

    /** The message without the event, which follows it. */
    public byte[] head() {
        List<byte[]> texts = new ArrayList<>();
        texts.add(utf8(digest));
        texts.add(utf8(files));
        texts.add(utf8(volume));
        arguments.forEach(argument -> texts.add(utf8(argument)));
        environment.forEach((name, value) -> {
            texts.add(utf8(name));
            texts.add(utf8(value));
        });
        int length = 8 + 4 + 8 + 4 + 4;
        for (byte[] text : texts) {
            length += 4 + text.length;
        }
        ByteBuffer head = ByteBuffer.allocate(length)
                .putLong(tmpBytes)
                .putInt(memoryPages)
                .putLong(timeoutNanos)
                .putInt(arguments.size())
                .putInt(environment.size());
        texts.forEach(text -> head.putInt(text.length).put(text));
        return head.array();
    }

    /** Reads head and event back. */
    static GuestCall read(byte[] body) {
        ByteBuffer in = ByteBuffer.wrap(body);
        long tmpBytes = in.getLong();
        int memoryPages = in.getInt();
        long timeoutNanos = in.getLong();
        int argumentCount = in.getInt();
        int variableCount = in.getInt();
        String digest = text(in);
        String files = text(in);
        String volume = text(in);
        List<String> arguments = new ArrayList<>(argumentCount);
        for (int i = 0; i < argumentCount; i++) {
            arguments.add(text(in));
        }
        Map<String, String> environment = LinkedHashMap.newLinkedHashMap(variableCount);
        for (int i = 0; i < variableCount; i++) {
            environment.put(text(in), text(in));
        }
        byte[] event = new byte[in.remaining()];
        in.get(event);
        return new GuestCall(digest, files, tmpBytes, memoryPages, timeoutNanos, arguments, environment, volume, event);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(ByteBuffer in) {
        byte[] text = new byte[in.getInt()];
        in.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
