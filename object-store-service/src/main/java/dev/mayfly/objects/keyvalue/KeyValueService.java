package dev.mayfly.objects.keyvalue;

import dev.mayfly.objects.keyvalue.Message.Pair;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Does what guests ask. Changes of one store come one after another; each operation is done whole or not at all. */
@Service
class KeyValueService {
    private static final int LONGEST_NUMBER = 20;

    private final Entries entries;

    KeyValueService(Entries entries) {
        this.entries = entries;
    }

    /**
     * Answers a request, without the code.
     *
     * @throws Code.RefusedException when it ends otherwise than well; nothing is changed then
     */
    @Transactional
    public byte[] answer(String account, Message asked) {
        String store = asked.store();
        return switch (asked.operation()) {
            case GET -> entries.get(account, store, asked.keyToTheEnd()).orElseThrow(Code.NOT_FOUND::refused);
            case EXISTS -> {
                boolean there = entries.get(account, store, asked.keyToTheEnd()).isPresent();
                yield new byte[] {(byte) (there ? 1 : 0)};
            }
            case LIST -> list(account, store, asked.cursor());
            case GET_MANY -> getMany(account, store, asked.keys());
            case SET -> set(account, store, List.of(new Pair(asked.key(), asked.valueToTheEnd())));
            case SET_MANY -> set(account, store, asked.pairs());
            case DELETE -> delete(account, store, List.of(asked.keyToTheEnd()));
            case DELETE_MANY -> delete(account, store, asked.keys());
            case INCREMENT -> increment(account, store, asked.delta(), asked.keyToTheEnd());
            case SWAP -> swap(account, store, asked.key(), asked.expected(), asked.valueToTheEnd());
        };
    }

    private byte[] list(String account, String store, byte[] cursor) {
        List<byte[]> keys = entries.keys(account, store, cursor, Message.MOST_KEYS + 1);
        boolean more = keys.size() > Message.MOST_KEYS;
        var out = new ByteArrayOutputStream();
        out.write(more ? 1 : 0);
        keys.stream().limit(Message.MOST_KEYS).forEach(key -> {
            out.writeBytes(number(key.length));
            out.writeBytes(key);
        });
        return out.toByteArray();
    }

    private byte[] getMany(String account, String store, List<byte[]> keys) {
        var out = new ByteArrayOutputStream();
        for (byte[] key : keys) {
            Optional<byte[]> value = entries.get(account, store, key);
            out.writeBytes(number(value.map(bytes -> bytes.length).orElse(-1)));
            value.ifPresent(out::writeBytes);
        }
        return out.toByteArray();
    }

    private byte[] set(String account, String store, List<Pair> pairs) {
        entries.lock(account, store);
        pairs.forEach(pair -> entries.put(account, store, pair));
        entries.checkQuota(account);
        return new byte[0];
    }

    private byte[] delete(String account, String store, List<byte[]> keys) {
        entries.lock(account, store);
        keys.forEach(key -> entries.delete(account, store, key));
        return new byte[0];
    }

    private byte[] increment(String account, String store, long delta, byte[] key) {
        entries.lock(account, store);
        long sum;
        try {
            sum = Math.addExact(
                    entries.get(account, store, key)
                            .map(KeyValueService::number)
                            .orElse(0L),
                    delta);
        } catch (ArithmeticException e) {
            throw Code.NOT_A_NUMBER.refused();
        }
        set(account, store, List.of(new Pair(key, Long.toString(sum).getBytes(StandardCharsets.US_ASCII))));
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(sum)
                .array();
    }

    private static long number(byte[] value) {
        String text = new String(value, StandardCharsets.ISO_8859_1);
        if (value.length > LONGEST_NUMBER || !text.matches("-?[0-9]+")) {
            throw Code.NOT_A_NUMBER.refused();
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw Code.NOT_A_NUMBER.refused();
        }
    }

    private byte[] swap(String account, String store, byte[] key, byte @Nullable [] expected, byte[] value) {
        entries.lock(account, store);
        byte @Nullable [] present = entries.get(account, store, key).orElse(null);
        if (!Arrays.equals(present, expected)) {
            throw Code.CHANGED.refused();
        }
        return set(account, store, List.of(new Pair(key, value)));
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    @Transactional
    public void tell() {
        entries.tell();
    }
}
