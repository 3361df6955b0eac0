package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Prints how much more memory the host and the engine take when many functions, each with a module of its own, have been
 * invoked once and stand idle. Not a test: run its main. Arguments: how many, and Wasmtime's library or {@code none}.
 *
 * <p>The modules differ in a custom section and have one compiled form, which is put into the store beforehand: compiling
 * ten thousand modules takes an hour and leaves nothing in memory.
 */
public final class IdleFunctionsMeasurement {
    private IdleFunctionsMeasurement() {}

    public static void main(String[] arguments) throws Exception {
        int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
        Path library = arguments.length > 1 ? EngineKind.findLibrary(arguments[1], Path.of("/")) : null;
        Path folder = Files.createTempDirectory("wasm-idle");
        Path state = folder.resolve("state");
        try (var technology = new WasmTechnology(WasmSettings.of(state, 1024).withWasmtime(library))) {
            FunctionCode first = WasmUnderTest.module("echo", folder.resolve("first"));
            technology.prepare(first);
            invoke(technology, first, 0);
            byte[] module = Files.readAllBytes(first.directory().resolve("main.wasm"));
            Path compiled = state.resolve("modules")
                    .resolve(EngineKind.of(library).format())
                    .resolve(ModuleStore.digest(module));
            List<FunctionCode> codes = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                byte[] own = numbered(module, i);
                Path directory = Files.createDirectories(folder.resolve("code").resolve(Integer.toString(i)));
                Files.write(directory.resolve("main.wasm"), own);
                Files.copy(compiled, compiled.resolveSibling(ModuleStore.digest(own)));
                codes.add(new FunctionCode(directory, "number-" + i, WasmTechnology.RUNTIME, "main.wasm"));
            }
            long before = report(state, "before");
            List<Sandbox> idle = new ArrayList<>();
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                idle.add(invoke(technology, codes.get(i), i));
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            long after = report(state, "after");
            System.out.printf(
                    "%s: %d idle functions take %d MiB more; a first invocation of each took %.0f us%n",
                    technology.check().detail(), idle.size(), (after - before) >> 20, seconds / count * 1e6);
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    /** The module with one more section, which means nothing. */
    private static byte[] numbered(byte[] module, int number) {
        return ByteBuffer.allocate(module.length + 8)
                .put(module)
                .put(new byte[] {0, 6, 1, 'n'})
                .putInt(number)
                .array();
    }

    private static Sandbox invoke(WasmTechnology technology, FunctionCode code, int number) throws Exception {
        Sandbox sandbox = technology.start(new SandboxSpec(
                "idle-" + number,
                code,
                Map.of("AWS_REGION", "us-east-1", "AWS_LAMBDA_FUNCTION_NAME", "function-" + number),
                128,
                512,
                Duration.ofSeconds(10),
                new InetSocketAddress("127.0.0.1", 9),
                false,
                line -> {}));
        byte[] event = Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
        InvocationResult result =
                sandbox.invoke(new InvocationRequest("id", event, Duration.ofSeconds(30), "arn", null, null));
        if (!(result instanceof InvocationResult.Success success) || !Arrays.equals(success.payload(), event)) {
            throw new IllegalStateException("Function " + number + " answered " + result);
        }
        return sandbox;
    }

    private static long report(Path state, String when) throws IOException {
        System.gc();
        long host = resident(ProcessHandle.current().pid());
        long engine = 0;
        for (ProcessHandle process : EngineLauncher.running(state)) {
            engine += resident(process.pid());
        }
        System.out.printf("%s: host %d MiB, engine %d MiB%n", when, host >> 20, engine >> 20);
        return host + engine;
    }

    private static long resident(long pid) throws IOException {
        @Nullable
        String line = Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(one -> one.startsWith("VmRSS:"))
                .findFirst()
                .orElse(null);
        return line == null ? 0 : Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
    }
}
