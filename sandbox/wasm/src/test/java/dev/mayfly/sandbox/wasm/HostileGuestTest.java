package dev.mayfly.sandbox.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.InvocationResult.Crashed;
import dev.mayfly.sandbox.api.InvocationResult.FunctionError;
import dev.mayfly.sandbox.api.InvocationResult.Success;
import dev.mayfly.sandbox.api.InvocationResult.TimedOut;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Under Endive; {@link HostileGuestUnderWasmtimeTest} does the same under Wasmtime. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileGuestTest {
    @SuppressWarnings("NullAway.Init")
    private Path temporary;

    @SuppressWarnings("NullAway.Init")
    private WasmTechnology technology;

    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    @Nullable
    Path library() {
        return null;
    }

    @BeforeAll
    void open(@TempDir Path folder) {
        temporary = folder;
        technology = new WasmTechnology(
                WasmUnderTest.settings(folder.resolve("state")).withWasmtime(library()));
        var availability = technology.check();
        Assumptions.assumeTrue(availability.available(), availability.detail());
        assertThat(availability.detail()).startsWith(library() == null ? "Endive" : "Wasmtime");
    }

    @AfterAll
    void close() {
        technology.close();
    }

    @AfterEach
    void theNextInvocationIsFine() throws Exception {
        assertThat(run("echo", "7", Duration.ofSeconds(10))).isInstanceOf(Success.class);
    }

    private Sandbox start(String guest) throws Exception {
        return start(code(guest), 64, 512);
    }

    private Sandbox start(FunctionCode code, int memoryMb, int tmpMb) throws Exception {
        return technology.start(new SandboxSpec(
                "hostile",
                code,
                Map.of("A", "b"),
                memoryMb,
                tmpMb,
                Duration.ofSeconds(10),
                new InetSocketAddress("127.0.0.1", 9),
                false,
                log::add));
    }

    private synchronized FunctionCode code(String guest) throws IOException {
        return WasmUnderTest.module(guest, temporary.resolve(guest));
    }

    private InvocationResult run(String guest, String event, Duration timeout) throws Exception {
        try (Sandbox sandbox = start(guest)) {
            return sandbox.invoke(new InvocationRequest(
                    "id", event.getBytes(StandardCharsets.UTF_8), timeout, "arn:aws:lambda", null, null));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"loop", "sleeps"})
    void isStoppedAtItsDeadline(String guest) throws Exception {
        Engine before = technology.current();
        InvocationResult result = run(guest, "", Duration.ofMillis(300));
        assertThat(result).isInstanceOf(TimedOut.class);
        assertThat(technology.current()).isSameAs(before);
    }

    @Test
    void growsMemoryWithoutEnd() throws Exception {
        assertThat(run("grow", "", Duration.ofMillis(500))).isInstanceOf(TimedOut.class);
    }

    @ParameterizedTest
    @CsvSource({
        "recurse, Runtime.Trap",
        "traps, Runtime.Trap",
        "divides, Runtime.Trap",
        "reads_far, Runtime.Trap",
        "exits, Runtime.ExitError",
        "allocate, Runtime.OutOfMemory"
    })
    void crashesAlone(String guest, String errorType) throws Exception {
        assertThat(run(guest, "", Duration.ofSeconds(30))).isInstanceOfSatisfying(Crashed.class, crashed -> {
            assertThat(crashed.errorType()).isEqualTo(errorType);
            assertThat(crashed.usage().peakMemoryBytes()).isLessThanOrEqualTo(64L << 20);
        });
    }

    @Test
    void takesMemoryInLargePieces() throws Exception {
        assertThat(run("allocate_once", "", Duration.ofSeconds(30))).isInstanceOf(Crashed.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"table", "wait"})
    void growsTablesOrWaitsOnSharedMemoryWithoutEnd(String guest) throws Exception {
        try {
            assertThat(run(guest, "", Duration.ofMillis(500))).isInstanceOfAny(TimedOut.class, Crashed.class);
        } catch (SandboxStartException e) {
            assertThat(e.origin()).isEqualTo(SandboxStartException.Cause.FUNCTION);
        }
    }

    @Test
    void writesAGigabyteToItsOutput() throws Exception {
        assertThat(run("flood_stdout", "", Duration.ofSeconds(60)))
                .isInstanceOfSatisfying(
                        FunctionError.class,
                        error -> assertThat(new String(error.payload(), StandardCharsets.UTF_8))
                                .contains("Function.ResponseSizeTooLarge"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"not_json", "two_values"})
    void answersWhatIsNotJson(String guest) throws Exception {
        assertThat(run(guest, "", Duration.ofSeconds(10)))
                .isInstanceOfSatisfying(
                        FunctionError.class,
                        error -> assertThat(new String(error.payload(), StandardCharsets.UTF_8))
                                .contains("Runtime.MarshalError"));
    }

    @Test
    void answersNothing() throws Exception {
        assertThat(run("nothing", "", Duration.ofSeconds(10)))
                .isInstanceOfSatisfying(
                        Success.class,
                        success -> assertThat(success.payload()).asString().isEqualTo("null"));
    }

    @Test
    void usesAndAttacksTheFileSystem() throws Exception {
        FunctionCode code = code("wasi");
        Path data = Files.createDirectories(code.directory().resolve("data"));
        Files.writeString(data.resolve("note.txt"), "note");
        try (Sandbox sandbox = start(code, 1769, 16)) {
            assertThat(sandbox.invoke(new InvocationRequest(
                            "id", new byte[0], Duration.ofSeconds(30), "arn:aws:lambda", null, null)))
                    .isInstanceOfSatisfying(
                            Success.class,
                            success -> assertThat(success.payload()).asString().isEqualTo("[]"));
        }
    }

    @Test
    void findsNothingOfAnotherInvocation() throws Exception {
        run("fill_tmp", "1", Duration.ofSeconds(10));
        assertThat(((Success) run("probe", "\"list /tmp\"", Duration.ofSeconds(10))).payload())
                .asString()
                .isEqualTo("\"ok \"");
    }

    @Test
    void floodsItsLog() throws Exception {
        run("flood", "30000000", Duration.ofSeconds(30));
        assertThat(log.stream().mapToLong(String::length).sum()).isBetween(900_000L, 1_100_000L);
        assertThat(log).last().asString().contains("bytes of log dropped");
    }

    @Test
    void getsRandomBytesAndTheTime() throws Exception {
        assertThat(((Success) run("random_bytes", "", Duration.ofSeconds(10))).payload())
                .isNotEqualTo(((Success) run("random_bytes", "", Duration.ofSeconds(10))).payload());
        long seconds = Long.parseLong(
                new String(((Success) run("now", "", Duration.ofSeconds(10))).payload(), StandardCharsets.UTF_8));
        assertThat(seconds).isBetween(1_700_000_000L, System.currentTimeMillis() / 1000 + 1);
    }

    @ParameterizedTest
    @CsvSource({"other_import, Runtime.ImportModuleError", "no_start, Runtime.HandlerNotFound"})
    void cannotStart(String guest, String errorType) {
        assertThatThrownBy(() -> start(guest))
                .isInstanceOfSatisfying(
                        SandboxStartException.class,
                        e -> assertThat(e.errorType()).isEqualTo(errorType));
    }

    @Test
    void manyAtOnceEachGetTheirOwnAnswer() throws Exception {
        List<Callable<InvocationResult>> work = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String event = Integer.toString(i);
            String guest = i % 20 == 19 ? "traps" : "echo";
            work.add(() -> run(guest, event, Duration.ofSeconds(30)));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var results = threads.invokeAll(work);
            for (int i = 0; i < results.size(); i++) {
                if (i % 20 == 19) {
                    assertThat(results.get(i).get()).isInstanceOf(Crashed.class);
                } else {
                    assertThat(((Success) results.get(i).get()).payload())
                            .asString()
                            .isEqualTo(Integer.toString(i));
                }
            }
        }
    }

    @Test
    void theDeathOfTheEngineFailsOnlyWhatRuns() throws Exception {
        try (Sandbox victim = start("sleeps");
                Sandbox idle = start("echo")) {
            idle.invoke(new InvocationRequest("id", new byte[] {'1'}, Duration.ofSeconds(9), "arn", null, null));
            Engine engine = technology.current();
            var killer = Thread.ofVirtual()
                    .start(() ->
                            EngineLauncher.running(temporary.resolve("state")).forEach(ProcessHandle::destroyForcibly));
            InvocationResult result =
                    victim.invoke(new InvocationRequest("id", new byte[0], Duration.ofSeconds(20), "arn", null, null));
            killer.join();
            assertThat(result)
                    .isInstanceOfSatisfying(
                            Crashed.class,
                            crashed -> assertThat(crashed.errorType()).isEqualTo("Sandbox.Failed"));
            assertThat(idle.invoke(
                            new InvocationRequest("id", new byte[] {'1'}, Duration.ofSeconds(9), "arn", null, null)))
                    .isInstanceOf(Success.class);
            assertThat(technology.current()).isNotSameAs(engine);
        }
    }

    @Test
    void closingASandboxStopsWhatRunsInIt() throws Exception {
        Engine engine = technology.current();
        Sandbox sandbox = start("loop");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = threads.submit(() -> sandbox.invoke(
                    new InvocationRequest("id", new byte[0], Duration.ofSeconds(40), "arn", null, null)));
            awaitEngineBusy(true);
            sandbox.close();
            assertThat(running.get()).isInstanceOf(Crashed.class);
            awaitEngineBusy(false);
        }
        assertThat(technology.current()).isSameAs(engine);
    }

    @Test
    void anInterruptedInvocationStopsItsGuest() throws Exception {
        Sandbox sandbox = start("loop");
        var interrupted = new java.util.concurrent.CompletableFuture<Boolean>();
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                sandbox.invoke(new InvocationRequest("id", new byte[0], Duration.ofSeconds(40), "arn", null, null));
                interrupted.complete(false);
            } catch (InterruptedException e) {
                interrupted.complete(true);
            }
        });
        awaitEngineBusy(true);
        caller.interrupt();
        assertThat(interrupted.get()).isTrue();
        awaitEngineBusy(false);
    }

    /** Waits until the engine's processes use most of a core, or next to nothing. */
    private void awaitEngineBusy(boolean busy) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(1))
                .until(() -> {
                    long before = engineCpuMillis();
                    Thread.sleep(300);
                    long used = engineCpuMillis() - before;
                    return busy ? used >= 20 : used < 20;
                });
    }

    private long engineCpuMillis() {
        return EngineLauncher.running(temporary.resolve("state")).stream()
                .mapToLong(process ->
                        process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis())
                .sum();
    }
}
