package dev.mayfly.sandbox.wasm.engine.wasi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A guest's stores of keys and values. What it asks is sent to the host as one message: an operation, the store's name, and what
 * the operation needs; the answer begins with one of the codes below. All numbers are little-endian.
 */
public final class KeyValue {
    static final byte OK = 0;
    static final byte NO_SUCH_STORE = 1;
    /** The function may not use stores. */
    public static final byte ACCESS_DENIED = 2;

    static final byte BUFFER_TOO_SMALL = 5;
    static final byte TOO_LARGE = 7;
    static final byte INVALID = 9;
    /** Nobody answered; what was to be changed may or may not be. */
    public static final byte UNAVAILABLE = 10;

    static final byte SET_MANY = 10;
    static final byte DELETE_MANY = 11;
    private static final byte GET = 1;
    private static final byte SET = 2;
    private static final byte DELETE = 3;
    private static final byte EXISTS = 4;
    private static final byte LIST = 5;
    private static final byte INCREMENT = 6;
    private static final byte SWAP = 7;
    private static final byte GET_MANY = 9;

    private static final int MAX_STORES = 64;
    private static final int MAX_KEY = 1024;
    private static final int MAX_VALUE = 64 << 10;
    /** A batch is at most as many values as a hundred of the largest. */
    private static final int MAX_BATCH = 100 * (MAX_KEY + MAX_VALUE + 8);

    private static final byte[] NOTHING = {};

    private final HostLine host;
    private final StopSignal stop;
    private final List<byte[]> stores = new ArrayList<>();

    KeyValue(HostLine host, StopSignal stop) {
        this.host = host;
        this.stop = stop;
    }

    int open(GuestMemory memory, int name, int length, int out) {
        memory.require(out, 4);
        byte[] bytes = length < 0 || length > 64 ? NOTHING : memory.bytes(name, length);
        if (!new String(bytes, StandardCharsets.ISO_8859_1).matches("[A-Za-z0-9._-]{1,64}")) {
            return NO_SUCH_STORE;
        }
        if (stores.size() == MAX_STORES) {
            return INVALID;
        }
        stores.add(bytes);
        memory.setInt(out, stores.size() - 1);
        return OK;
    }

    int get(GuestMemory memory, int store, int key, int keyLength, int to, int room, int out) {
        memory.require(out, 4);
        ByteBuffer answer = ask(GET, store, key(memory, key, keyLength));
        int code = answer.get();
        return code == OK ? give(memory, answer, to, room, out) : code;
    }

    private static int give(GuestMemory memory, ByteBuffer answer, int to, int room, int out) {
        int length = answer.remaining();
        memory.setInt(out, length);
        if (Integer.toUnsignedLong(room) < length) {
            return BUFFER_TOO_SMALL;
        }
        memory.copyIn(to, answer.array(), answer.position(), length);
        return OK;
    }

    int set(GuestMemory memory, int store, int key, int keyLength, int value, int valueLength) {
        byte[] name = key(memory, key, keyLength);
        return ask(SET, store, number(name.length), name, value(memory, value, valueLength))
                .get();
    }

    int delete(GuestMemory memory, int store, int key, int keyLength) {
        return ask(DELETE, store, key(memory, key, keyLength)).get();
    }

    int exists(GuestMemory memory, int store, int key, int keyLength, int out) {
        memory.require(out, 4);
        ByteBuffer answer = ask(EXISTS, store, key(memory, key, keyLength));
        int code = answer.get();
        if (code == OK) {
            memory.setInt(out, answer.get());
        }
        return code;
    }

    @SuppressWarnings("TooManyParameters")
    int list(GuestMemory memory, int store, int cursor, int cursorLength, int to, int room, int used, int more) {
        memory.require(used, 4);
        memory.require(more, 4);
        ByteBuffer answer = ask(LIST, store, cursorLength == 0 ? NOTHING : key(memory, cursor, cursorLength));
        int code = answer.get();
        if (code != OK) {
            return code;
        }
        boolean others = answer.get() != 0;
        int begin = answer.position();
        int end = begin;
        while (answer.hasRemaining()) {
            int next = answer.position() + 4 + answer.getInt();
            if (next - begin > Integer.toUnsignedLong(room)) {
                others = true;
                break;
            }
            end = next;
            answer.position(next);
        }
        if (end == begin && others) {
            return BUFFER_TOO_SMALL;
        }
        memory.copyIn(to, answer.array(), begin, end - begin);
        memory.setInt(used, end - begin);
        memory.setInt(more, others ? 1 : 0);
        return OK;
    }

    int increment(GuestMemory memory, int store, int key, int keyLength, long by, int out) {
        memory.require(out, 8);
        byte[] delta = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(by)
                .array();
        ByteBuffer answer = ask(INCREMENT, store, delta, key(memory, key, keyLength));
        int code = answer.get();
        if (code == OK) {
            memory.setLong(out, answer.getLong());
        }
        return code;
    }

    /** @param oldLength -1 when there must be no such key */
    @SuppressWarnings("TooManyParameters")
    int swap(GuestMemory memory, int store, int key, int keyLength, int old, int oldLength, int value, int length) {
        byte[] name = key(memory, key, keyLength);
        byte[] expected = oldLength == -1 ? NOTHING : value(memory, old, oldLength);
        return ask(SWAP, store, number(name.length), name, number(oldLength), expected, value(memory, value, length))
                .get();
    }

    int getMany(GuestMemory memory, int store, int keys, int length, int to, int room, int out) {
        memory.require(out, 4);
        ByteBuffer answer = ask(GET_MANY, store, bytes(memory, keys, length, MAX_BATCH));
        int code = answer.get();
        return code == OK ? give(memory, answer, to, room, out) : code;
    }

    int many(GuestMemory memory, byte operation, int store, int packed, int length) {
        return ask(operation, store, bytes(memory, packed, length, MAX_BATCH)).get();
    }

    private static byte[] key(GuestMemory memory, int address, int length) {
        return bytes(memory, address, length, MAX_KEY);
    }

    private static byte[] value(GuestMemory memory, int address, int length) {
        return bytes(memory, address, length, MAX_VALUE);
    }

    private static byte[] bytes(GuestMemory memory, int address, int length, int most) {
        if (length < 0 || length > most) {
            throw new TooLargeException();
        }
        return memory.bytes(address, length);
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    private ByteBuffer ask(byte operation, int store, byte[]... parts) {
        if (store < 0 || store >= stores.size()) {
            throw new Errno.Failure(Errno.BADF);
        }
        byte[] name = stores.get(store);
        int length = 2 + name.length;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer request = ByteBuffer.allocate(length)
                .put(operation)
                .put((byte) name.length)
                .put(name);
        for (byte[] part : parts) {
            request.put(part);
        }
        return ByteBuffer.wrap(stop.unhurried(() -> host.ask(request.array()))).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Ends a call with {@link #TOO_LARGE}. */
    static final class TooLargeException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooLargeException() {
            super("too large", null, false, false);
        }
    }
}
