package dev.mayfly.sandbox.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.InvocationResult.Success;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples in C, Rust, AssemblyScript and JavaScript, as they lie there and as they are built here, in both engines. */
class ExampleGuestsTest {
    private static final Path EXAMPLES =
            Path.of("..", "..", "examples").toAbsolutePath().normalize();
    private static final String EVENT = "{\"numbers\":[30,1,2]}";

    private static final Map<String, WasmTechnology> ENGINES = new LinkedHashMap<>();

    @TempDir
    Path temporary;

    @BeforeAll
    static void open(@TempDir Path folder) {
        ENGINES.put("Endive", new WasmTechnology(WasmUnderTest.settings(folder.resolve("endive"))));
        Path library = WasmtimeUnderTest.found();
        ENGINES.put(
                "Wasmtime",
                new WasmTechnology(
                        WasmUnderTest.settings(folder.resolve("wasmtime")).withWasmtime(library)));
        ENGINES.forEach((name, engine) -> {
            var availability = engine.check();
            Assumptions.assumeTrue(availability.available(), availability.detail());
            assertThat(availability.detail()).startsWith(name);
        });
    }

    @AfterAll
    static void close() {
        ENGINES.values().forEach(WasmTechnology::close);
    }

    @ParameterizedTest
    @CsvSource({
        "hello-wasm, Hello from WebAssembly!, false",
        "hello-wasm, Hello from WebAssembly!, true",
        "hello-rust-wasm, Hello from Rust!, false",
        "hello-rust-wasm, Hello from Rust!, true",
        "hello-assemblyscript, Hello from AssemblyScript!, false",
        "hello-assemblyscript, Hello from AssemblyScript!, true"
    })
    void answers(String example, String answer, boolean built) throws Exception {
        Path folder = Files.createDirectories(temporary.resolve("code"));
        Path module = folder.resolve("hello.wasm");
        if (built) {
            build(example, module);
        } else {
            Files.copy(EXAMPLES.resolve(example).resolve("hello.wasm"), module);
        }
        FunctionCode code = new FunctionCode(folder, example + built, WasmTechnology.RUNTIME, "hello.wasm");
        for (WasmTechnology engine : ENGINES.values()) {
            assertThat(run(engine, code)).contains(answer);
        }
    }

    @Test
    void javascriptIsReadFromTheFunctionsFiles() throws Exception {
        Path built = Files.createDirectories(Path.of("target", "examples").toAbsolutePath())
                .resolve("quickjs.wasm");
        if (!Files.exists(built)) {
            build("hello-javascript-wasm", built);
        }
        Path folder = Files.createDirectories(temporary.resolve("code"));
        Files.copy(built, folder.resolve("runtime.wasm"));
        Files.copy(EXAMPLES.resolve("hello-javascript-wasm/index.js"), folder.resolve("index.js"));
        FunctionCode code = new FunctionCode(folder, "javascript", WasmTechnology.RUNTIME, "runtime.wasm");
        for (WasmTechnology engine : ENGINES.values()) {
            assertThat(run(engine, code)).isEqualTo("{\"message\":\"Hello from JavaScript!\",\"sorted\":[1,2,30]}");
        }
    }

    private static String run(WasmTechnology engine, FunctionCode code) throws Exception {
        try (Sandbox sandbox = engine.start(new SandboxSpec(
                "example",
                code,
                Map.of("AWS_LAMBDA_FUNCTION_NAME", "example"),
                1769,
                512,
                Duration.ofSeconds(10),
                new InetSocketAddress("127.0.0.1", 9),
                false,
                line -> {}))) {
            InvocationResult result = sandbox.invoke(new InvocationRequest(
                    "id", EVENT.getBytes(StandardCharsets.UTF_8), Duration.ofSeconds(30), "arn", null, null));
            assertThat(result).isInstanceOf(Success.class);
            return new String(((Success) result).payload(), StandardCharsets.UTF_8);
        }
    }

    /** Builds by the example's own script; the test is aborted, with what it said, where a tool for that is missing. */
    private static void build(String example, Path module) throws IOException, InterruptedException {
        Process script = new ProcessBuilder(
                        "sh", EXAMPLES.resolve(example).resolve("build.sh").toString(), module.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        boolean done = script.waitFor(120, TimeUnit.SECONDS) && script.exitValue() == 0;
        Assumptions.assumeTrue(done, example + " cannot be built here: " + said.strip());
    }
}
