package dev.mayfly.sandbox.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult.Success;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which engine runs, and what it keeps. */
class EngineChoiceTest {
    @TempDir
    Path temporary;

    private static String answer(WasmTechnology technology, FunctionCode code) throws Exception {
        try (Sandbox sandbox = technology.start(new SandboxSpec(
                "choice",
                code,
                Map.of(),
                1769,
                64,
                Duration.ofSeconds(10),
                new InetSocketAddress("127.0.0.1", 9),
                false,
                line -> {}))) {
            var request =
                    new InvocationRequest("id", new byte[] {'7'}, Duration.ofSeconds(20), "arn:aws:lambda", null, null);
            return new String(((Success) sandbox.invoke(request)).payload(), StandardCharsets.UTF_8);
        }
    }

    private FunctionCode code(String guest) throws IOException {
        return WasmUnderTest.module(guest, temporary.resolve(guest));
    }

    private static @Nullable Path library(boolean wasmtime) {
        return wasmtime ? WasmtimeUnderTest.found() : null;
    }

    private WasmTechnology open(WasmSettings settings) {
        var technology = new WasmTechnology(settings);
        var availability = technology.check();
        Assumptions.assumeTrue(availability.available(), availability.detail());
        return technology;
    }

    @Test
    void aLibraryThatDoesNotWorkLeavesEndive() throws Exception {
        Path broken = Files.writeString(temporary.resolve("libwasmtime.so"), "no library");
        try (var technology =
                open(WasmUnderTest.settings(temporary.resolve("state")).withWasmtime(broken))) {
            assertThat(technology.check().detail()).startsWith("Endive").contains(broken + ") does not work");
            assertThat(answer(technology, code("echo"))).isEqualTo("7");
        }
    }

    @Test
    void theLibraryIsLookedForWhereTheVariableSaysAndElseInKnownFolders() throws IOException {
        Path own = Files.createDirectories(temporary.resolve("own"));
        Path library = Files.createFile(own.resolve("libwasmtime.so"));
        assertThat(EngineKind.findLibrary(null, own)).isEqualTo(library);
        assertThat(EngineKind.findLibrary("none", own)).isNull();
        assertThat(EngineKind.findLibrary(library.toString(), temporary)).isEqualTo(library);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCompiledFormThatCannotBeLoadedIsMadeAgain(boolean wasmtime) throws Exception {
        Path state = temporary.resolve("state");
        var settings = WasmSettings.of(state, 256).withWasmtime(library(wasmtime));
        FunctionCode code = code("echo");
        try (var technology = open(settings)) {
            technology.prepare(code);
            try (var stored = Files.walk(state.resolve("modules"))) {
                for (Path file : stored.filter(Files::isRegularFile).toList()) {
                    Files.writeString(file, "from another machine");
                }
            }
            assertThat(answer(technology, code)).isEqualTo("7");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void modulesThatDoNotAllFitAreLoadedAgain(boolean wasmtime) throws Exception {
        var all = WasmUnderTest.settings(temporary.resolve("state"));
        var settings = new WasmSettings(
                all.folder(),
                library(wasmtime),
                all.user(),
                256,
                64,
                1,
                all.storedModulesMb(),
                1,
                all.startTimeout(),
                all.compileTimeout(),
                all.compilerMemoryMb(),
                all.maxModuleBytes());
        try (var technology = open(settings)) {
            for (int round = 0; round < 2; round++) {
                for (String guest : List.of("echo", "count", "nothing", "logs", "sized", "environment")) {
                    FunctionCode code = code(guest);
                    Files.write(code.directory().resolve("data"), new byte[200_000]);
                    assertThat(answer(technology, code)).as(guest).isNotEmpty();
                }
            }
        }
    }

    @Test
    void whatWasUsedLongestAgoGivesWayOnDisk() throws Exception {
        Path state = temporary.resolve("state");
        Path old = Files.write(
                Files.createDirectories(state.resolve("modules").resolve("endive-0"))
                        .resolve("old"),
                new byte[100]);
        Files.setLastModifiedTime(old, FileTime.fromMillis(0));
        var all = WasmSettings.of(state, 256).withWasmtime(null);
        var settings = new WasmSettings(
                state,
                null,
                all.user(),
                256,
                64,
                16,
                0,
                16,
                all.startTimeout(),
                all.compileTimeout(),
                all.compilerMemoryMb(),
                all.maxModuleBytes());
        try (var technology = open(settings)) {
            technology.prepare(code("echo"));
            assertThat(old).doesNotExist();
        }
    }
}
