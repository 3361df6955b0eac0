package dev.mayfly.sandbox.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example that keeps keys and values, in both engines, over stores in memory. */
class KeyValueGuestTest {
    private static final Path EXAMPLE =
            Path.of("..", "..", "examples", "keyvalue-wasm").toAbsolutePath().normalize();
    private static final Duration PATIENT = Duration.ofSeconds(30);

    @TempDir
    private Path temporary;

    /** As much of the service as the example needs. */
    private static final class Memory implements KeyValueStores {
        private final Map<String, ConcurrentSkipListMap<String, byte[]>> accounts = new ConcurrentHashMap<>();
        private volatile boolean silent;

        @Override
        public byte[] ask(String accountId, byte[] request, Duration within) throws IOException, InterruptedException {
            if (silent) {
                new CountDownLatch(1).await(within.toNanos(), TimeUnit.NANOSECONDS);
                throw new IOException("nobody answered within " + within);
            }
            var in = ByteBuffer.wrap(request).order(ByteOrder.LITTLE_ENDIAN);
            int operation = in.get();
            String store = text(in, in.get());
            var kept = accounts.computeIfAbsent(accountId + "/" + store, _ -> new ConcurrentSkipListMap<>());
            return switch (operation) {
                case 1 -> {
                    byte[] value = kept.get(text(in, in.remaining()));
                    yield value == null ? new byte[] {4} : answer(value);
                }
                case 2 -> put(kept, text(in, in.getInt()), in);
                case 3 -> {
                    kept.remove(text(in, in.remaining()));
                    yield answer();
                }
                case 4 -> answer(new byte[] {(byte) (kept.containsKey(text(in, in.remaining())) ? 1 : 0)});
                case 5 -> {
                    var keys = new ByteArrayOutputStream();
                    keys.write(0);
                    kept.keySet()
                            .forEach(key -> keys.writeBytes(ByteBuffer.allocate(4 + key.length())
                                    .order(ByteOrder.LITTLE_ENDIAN)
                                    .putInt(key.length())
                                    .put(key.getBytes(StandardCharsets.UTF_8))
                                    .array()));
                    yield answer(keys.toByteArray());
                }
                case 6 -> {
                    long by = in.getLong();
                    String key = text(in, in.remaining());
                    byte[] value = kept.getOrDefault(key, new byte[] {'0'});
                    long sum = Long.parseLong(new String(value, StandardCharsets.UTF_8)) + by;
                    kept.put(key, Long.toString(sum).getBytes(StandardCharsets.UTF_8));
                    yield answer(ByteBuffer.allocate(8)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(sum)
                            .array());
                }
                case 7 -> {
                    String key = text(in, in.getInt());
                    int length = in.getInt();
                    byte @Nullable [] expected =
                            length == -1 ? null : text(in, length).getBytes(StandardCharsets.UTF_8);
                    yield Arrays.equals(expected, kept.get(key)) ? put(kept, key, in) : new byte[] {6};
                }
                default -> new byte[] {9};
            };
        }

        private static byte[] put(Map<String, byte[]> kept, String key, ByteBuffer in) {
            kept.put(key, text(in, in.remaining()).getBytes(StandardCharsets.UTF_8));
            return answer();
        }

        private static String text(ByteBuffer in, int length) {
            byte[] bytes = new byte[length];
            in.get(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }

        private static byte[] answer(byte... value) {
            byte[] answer = new byte[1 + value.length];
            System.arraycopy(value, 0, answer, 1, value.length);
            return answer;
        }
    }

    private static InvocationResult invoke(
            WasmTechnology engine, FunctionCode code, @Nullable String account, String event, Duration timeout)
            throws Exception {
        try (Sandbox sandbox = engine.start(new SandboxSpec(
                "keyvalue",
                code,
                Map.of(),
                1769,
                512,
                Duration.ofSeconds(10),
                new InetSocketAddress("127.0.0.1", 9),
                false,
                line -> {},
                account,
                List.of()))) {
            return sandbox.invoke(
                    new InvocationRequest("id", event.getBytes(StandardCharsets.UTF_8), timeout, "arn", null, null));
        }
    }

    private static String said(InvocationResult result) {
        return switch (result) {
            case InvocationResult.Success success -> new String(success.payload(), StandardCharsets.UTF_8);
            case InvocationResult.FunctionError error -> new String(error.payload(), StandardCharsets.UTF_8);
            default -> result.toString();
        };
    }

    @Test
    void keepsWhatItIsTold() throws Exception {
        Path folder = Files.createDirectories(temporary.resolve("code"));
        Files.copy(EXAMPLE.resolve("visits.wasm"), folder.resolve("visits.wasm"));
        FunctionCode code = new FunctionCode(folder, "visits", WasmTechnology.RUNTIME, "visits.wasm");
        for (Path library : Arrays.asList(null, WasmtimeUnderTest.found())) {
            var stores = new Memory();
            var settings = WasmUnderTest.settings(temporary.resolve("state-" + (library == null)))
                    .withWasmtime(library);
            try (var engine = new WasmTechnology(settings, stores)) {
                Assumptions.assumeTrue(
                        engine.check().available(), engine.check().detail());
                assertThat(said(invoke(engine, code, "111111111111", "1", PATIENT)))
                        .isEqualTo("{\"visits\":1,\"keys\":2,\"there\":1,\"refused\":1,\"last\":null}");
                assertThat(said(invoke(engine, code, "111111111111", "\"second\"", PATIENT)))
                        .isEqualTo("{\"visits\":2,\"keys\":2,\"there\":1,\"refused\":1,\"last\":1}");
                assertThat(said(invoke(engine, code, "222222222222", "1", PATIENT)))
                        .contains("\"visits\":1,");
                assertThat(said(invoke(engine, code, null, "1", PATIENT))).contains("increment: 2");

                stores.silent = true;
                InvocationResult late = invoke(engine, code, "111111111111", "1", Duration.ofMillis(700));
                assertThat(late).isInstanceOf(InvocationResult.TimedOut.class);
                stores.silent = false;
                assertThat(said(invoke(engine, code, "111111111111", "3", PATIENT)))
                        .contains("\"visits\":3,", "\"last\":\"second\"");
            }
        }
    }
}
