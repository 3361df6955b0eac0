package dev.mayfly.objects.keyvalue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.objects.testing.RunningStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class KeyValueTest {
    private static final int GET = 1;
    private static final int SET = 2;
    private static final int DELETE = 3;
    private static final int EXISTS = 4;
    private static final int LIST = 5;
    private static final int INCREMENT = 6;
    private static final int SWAP = 7;
    private static final int GET_MANY = 9;
    private static final int SET_MANY = 10;
    private static final int DELETE_MANY = 11;

    private final RunningStore running = RunningStore.get();
    private final HttpClient http = HttpClient.newHttpClient();
    private final String account = Long.toString(400_000_000_000L + (System.nanoTime() & 0xFFFFFFF));

    private int status(String voucher, byte[] body) throws IOException, InterruptedException {
        return send(voucher, body).statusCode();
    }

    private HttpResponse<byte[]> send(String voucher, byte[] body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + running.port() + "/internal/kv"))
                        .header(Voucher.HEADER, voucher)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private ByteBuffer raw(String caller, byte[] body) throws IOException, InterruptedException {
        var answer = send(running.bean(Vouching.class).issueForService("sandbox-host", caller), body);
        assertThat(answer.statusCode()).isEqualTo(200);
        return ByteBuffer.wrap(answer.body()).order(ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer ask(String caller, String store, int operation, byte[]... parts)
            throws IOException, InterruptedException {
        var body = new ByteArrayOutputStream();
        body.write(operation);
        body.write(store.length());
        body.writeBytes(text(store));
        for (byte[] part : parts) {
            body.writeBytes(part);
        }
        return raw(caller, body.toByteArray());
    }

    private ByteBuffer ask(int operation, byte[]... parts) throws IOException, InterruptedException {
        return ask(account, "store", operation, parts);
    }

    private int set(String key, String value) throws IOException, InterruptedException {
        return ask(SET, sized(key), text(value)).get();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }

    private static byte[] sized(String text) {
        byte[] bytes = text(text);
        return ByteBuffer.allocate(4 + bytes.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    private static String rest(ByteBuffer answer) {
        byte[] bytes = new byte[answer.remaining()];
        answer.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static List<String> packed(ByteBuffer answer) {
        var found = new ArrayList<String>();
        while (answer.hasRemaining()) {
            int length = answer.getInt();
            if (length < 0) {
                found.add("none");
            } else {
                byte[] bytes = new byte[length];
                answer.get(bytes);
                found.add(new String(bytes, StandardCharsets.UTF_8));
            }
        }
        return found;
    }

    @Test
    void keepsReplacesAndDeletes() throws Exception {
        assertThat(ask(GET, text("a")).get()).isEqualTo((byte) 4);
        assertThat(set("a", "one")).isZero();
        ByteBuffer found = ask(GET, text("a"));
        assertThat(found.get()).isZero();
        assertThat(rest(found)).isEqualTo("one");
        assertThat(set("a", "")).isZero();
        assertThat(rest(ask(GET, text("a")))).isEqualTo("\0");
        assertThat(rest(ask(EXISTS, text("a")))).isEqualTo("\0\1");
        assertThat(ask(DELETE, text("a")).get()).isZero();
        assertThat(ask(DELETE, text("a")).get()).isZero();
        assertThat(rest(ask(EXISTS, text("a")))).isEqualTo("\0\0");
    }

    @Test
    void listsInPagesInTheOrderOfBytes() throws Exception {
        var pairs = new ByteArrayOutputStream();
        for (int i = 0; i < 100; i++) {
            pairs.writeBytes(sized("k%03d".formatted(i)));
            pairs.writeBytes(sized("v"));
        }
        assertThat(ask(SET_MANY, pairs.toByteArray()).get()).isZero();
        assertThat(set("kä", "v")).isZero();
        assertThat(set("K", "v")).isZero();
        ByteBuffer first = ask(LIST);
        assertThat(first.get()).isZero();
        assertThat(first.get()).isEqualTo((byte) 1);
        List<String> keys = packed(first);
        assertThat(keys).hasSize(100).startsWith("K", "k000").endsWith("k098");
        ByteBuffer second = ask(LIST, text(keys.getLast()));
        assertThat(second.getShort()).isZero();
        assertThat(packed(second)).containsExactly("k099", "kä");
        ByteBuffer many = ask(GET_MANY, sized("k001"), sized("nothing"));
        assertThat(many.get()).isZero();
        assertThat(packed(many)).containsExactly("v", "none");
        assertThat(ask(DELETE_MANY, sized("k001"), sized("k002")).get()).isZero();
        assertThat(rest(ask(EXISTS, text("k002")))).isEqualTo("\0\0");
    }

    @Test
    void countsAndSwapsAtomically() throws Exception {
        Callable<Integer> ten = () -> {
            for (int i = 0; i < 10; i++) {
                assertThat(ask(INCREMENT, number(2L), text("n")).get()).isZero();
            }
            return 0;
        };
        try (var all = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var each : all.invokeAll(List.of(ten, ten, ten, ten))) {
                each.get();
            }
        }
        assertThat(rest(ask(GET, text("n")))).isEqualTo("\00080");
        ByteBuffer less = ask(INCREMENT, number(-81L), text("n"));
        assertThat(less.get()).isZero();
        assertThat(less.getLong()).isEqualTo(-1);
        set("n", Long.toString(Long.MAX_VALUE));
        assertThat(ask(INCREMENT, number(1L), text("n")).get()).isEqualTo((byte) 3);
        set("n", "words");
        assertThat(ask(INCREMENT, number(1L), text("n")).get()).isEqualTo((byte) 3);

        assertThat(ask(SWAP, sized("c"), sized("old"), text("new")).get()).isEqualTo((byte) 6);
        assertThat(ask(SWAP, sized("c"), number(-1), text("first")).get()).isZero();
        assertThat(ask(SWAP, sized("c"), number(-1), text("second")).get()).isEqualTo((byte) 6);
        assertThat(ask(SWAP, sized("c"), sized("first"), text("second")).get()).isZero();
        assertThat(rest(ask(GET, text("c")))).isEqualTo("\0second");
    }

    @Test
    void accountsAndStoresAreApart() throws Exception {
        set("mine", "secret");
        String other = RunningStore.BOB;
        assertThat(ask(other, "store", GET, text("mine")).get()).isEqualTo((byte) 4);
        assertThat(rest(ask(other, "store", LIST))).isEqualTo("\0\0");
        assertThat(ask(account, "other", GET, text("mine")).get()).isEqualTo((byte) 4);
        assertThat(ask(other, "store", DELETE, text("mine")).get()).isZero();
        assertThat(rest(ask(GET, text("mine")))).isEqualTo("\0secret");
        for (String wrong : List.of("", "a/b", "a b", "..%", "s".repeat(65))) {
            assertThat(ask(account, wrong, GET, text("mine")).get()).as(wrong).isEqualTo((byte) 1);
        }
        assertThat(status(
                        running.voucher(account, Role.OWNER, "/internal/kv", RunningStore.unsigned()), new byte[] {1}))
                .isEqualTo(403);
    }

    @Test
    void whatIsMalformedOrTooLargeChangesNothing() throws Exception {
        assertThat(set("", "x")).isEqualTo(9);
        assertThat(set("k".repeat(1025), "x")).isEqualTo(7);
        assertThat(set("k".repeat(1024), "x")).isZero();
        assertThat(set("k", "x".repeat((64 << 10) + 1))).isEqualTo(7);
        assertThat(set("k", "x".repeat(64 << 10))).isZero();
        var pairs = new ByteArrayOutputStream();
        for (int i = 0; i < 101; i++) {
            pairs.writeBytes(sized("m" + i));
            pairs.writeBytes(sized("v"));
        }
        assertThat(ask(SET_MANY, pairs.toByteArray()).get()).isEqualTo((byte) 7);
        assertThat(ask(SET_MANY, sized("m"), sized("v"), sized("odd")).get()).isEqualTo((byte) 9);
        assertThat(rest(ask(EXISTS, text("m")))).isEqualTo("\0\0");
        assertThat(ask(SET, number(Integer.MAX_VALUE), text("k")).get()).isEqualTo((byte) 9);
        assertThat(ask(SET, number(-5), text("k")).get()).isEqualTo((byte) 9);
        assertThat(ask(99, text("k")).get()).isEqualTo((byte) 9);
        assertThat(raw(account, new byte[0]).get()).isEqualTo((byte) 9);
        assertThat(raw(account, new byte[] {1}).get()).isEqualTo((byte) 9);
        assertThat(raw(account, new byte[] {1, 100, 'a'}).get()).isEqualTo((byte) 9);
        assertThat(raw(account, new byte[(8 << 20) + 1]).get()).isEqualTo((byte) 7);
    }

    @Test
    void quotasHold() throws Exception {
        running.jdbc()
                .sql(
                        "INSERT INTO kv_store (account_id, name, bytes, keys, told_bytes, told_keys) VALUES (?, 'full', ?, 1, ?, 1)")
                .params(account, 1L << 30, 1L << 30)
                .update();
        assertThat(set("one", "more")).isEqualTo(8);
        assertThat(rest(ask(EXISTS, text("one")))).isEqualTo("\0\0");
        running.jdbc()
                .sql("DELETE FROM kv_store WHERE account_id = ?")
                .param(account)
                .update();
        for (int i = 0; i < 100; i++) {
            assertThat(ask(account, "s" + i, SET, sized("k"), text("v")).get()).isZero();
        }
        assertThat(ask(account, "s100", SET, sized("k"), text("v")).get()).isEqualTo((byte) 8);
        assertThat(ask(account, "s1", SET, sized("k"), text("w")).get()).isZero();
    }
}
