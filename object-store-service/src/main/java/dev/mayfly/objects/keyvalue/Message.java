package dev.mayfly.objects.keyvalue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A guest's request: an operation's number, the store's name, and what goes with it. Little-endian; all of it is checked. */
final class Message {
    static final int MOST_KEYS = 100;
    private static final int LONGEST_KEY = 1024;
    private static final int LARGEST_VALUE = 64 << 10;
    private static final Pattern STORE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final ByteBuffer in;
    private final Operation operation;
    private final String store;

    /** @throws Code.RefusedException when it is none */
    Message(byte[] bytes) {
        in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < 2) {
            throw Code.INVALID.refused();
        }
        operation = Operation.of(in.get());
        store = new String(next(in.get()), StandardCharsets.ISO_8859_1);
        if (!STORE.matcher(store).matches()) {
            throw Code.NO_SUCH_STORE.refused();
        }
    }

    Operation operation() {
        return operation;
    }

    String store() {
        return store;
    }

    private byte[] next(int length) {
        if (length < 0 || length > in.remaining()) {
            throw Code.INVALID.refused();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private int number() {
        if (in.remaining() < 4) {
            throw Code.INVALID.refused();
        }
        return in.getInt();
    }

    long delta() {
        if (in.remaining() < 8) {
            throw Code.INVALID.refused();
        }
        return in.getLong();
    }

    private static byte[] key(byte[] bytes) {
        if (bytes.length == 0) {
            throw Code.INVALID.refused();
        }
        if (bytes.length > LONGEST_KEY) {
            throw Code.TOO_LARGE.refused();
        }
        return bytes;
    }

    private static byte[] value(byte[] bytes) {
        if (bytes.length > LARGEST_VALUE) {
            throw Code.TOO_LARGE.refused();
        }
        return bytes;
    }

    /** A key with its length before it. */
    byte[] key() {
        return key(next(number()));
    }

    /** A value with its length before it; null for a length of -1. */
    byte @Nullable [] expected() {
        int length = number();
        return length == -1 ? null : value(next(length));
    }

    byte[] keyToTheEnd() {
        return key(next(in.remaining()));
    }

    byte[] valueToTheEnd() {
        return value(next(in.remaining()));
    }

    /** Where a listing goes on; empty at its beginning. */
    byte[] cursor() {
        return in.hasRemaining() ? keyToTheEnd() : new byte[0];
    }

    List<byte[]> keys() {
        var keys = new ArrayList<byte[]>();
        while (in.hasRemaining()) {
            keys.add(key());
            checkCount(keys.size());
        }
        return keys;
    }

    record Pair(byte[] key, byte[] value) {}

    List<Pair> pairs() {
        var pairs = new ArrayList<Pair>();
        while (in.hasRemaining()) {
            pairs.add(new Pair(key(), value(next(number()))));
            checkCount(pairs.size());
        }
        return pairs;
    }

    private static void checkCount(int count) {
        if (count > MOST_KEYS) {
            throw Code.TOO_LARGE.refused();
        }
    }
}
