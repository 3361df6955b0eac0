package dev.mayfly.sandbox.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.wasm.engine.Intruder;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a guest could do that had taken over the engine's process: nothing. */
class EngineConfinementTest {
    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTakenOverEngineGainsNothing(boolean wasmtime) throws Exception {
        var settings = WasmSettings.of(temporary.resolve("state"), 256)
                .withWasmtime(wasmtime ? WasmtimeUnderTest.found() : null);
        try (var technology = new WasmTechnology(settings)) {
            Assumptions.assumeTrue(technology.check().available());
        }
        Path secret = Files.writeString(temporary.resolve("secret"), "the host's");
        Path classes = Path.of(Intruder.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        var launcher = new EngineLauncher(
                settings, EngineKind.of(settings.wasmtime()), Intruder.class.getName(), List.of(classes));
        try (var service = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Process intruder = launcher.compiler(Files.createDirectories(temporary.resolve("empty")));
            try (var targets = intruder.getOutputStream()) {
                targets.write((secret + "\n" + service.getLocalPort() + "\n").getBytes(StandardCharsets.UTF_8));
            }
            String report = new String(intruder.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String errors = new String(intruder.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(report.lines()
                            .filter(line -> line.startsWith("refused ") || line.startsWith("GAINED "))
                            .toList())
                    .as(errors)
                    .hasSize(20)
                    .allSatisfy(line -> assertThat(line).startsWith("refused "));
        }
    }
}
