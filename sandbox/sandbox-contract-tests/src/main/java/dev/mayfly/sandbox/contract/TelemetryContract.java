package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.contract.guests.Extension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What extensions and the runtime are told: the Telemetry API and the shutdown phase. */
public abstract class TelemetryContract extends SandboxContract {
    final SandboxSpec with(Behaviour behaviour, String extension) throws Exception {
        return spec(Extension.beside(code(behaviour), extension, folder().resolveSibling("layer-" + extension)));
    }

    /** An emulated machine that is busy takes long to start an interpreter beside the runtime's. */
    private static SandboxSpec patient(SandboxSpec spec) {
        return Specs.withInitTimeout(spec, Duration.ofMinutes(1));
    }

    final void assertLogged(String part) {
        assertThat(log).anySatisfy(line -> assertThat(line).contains(part));
    }

    @Test
    void theRuntimeIsAskedToEndBeforeExtensionsAreToldOfIt() throws Exception {
        FunctionCode code = ownCode(Behaviour.ECHO, "asked");
        Path script = code.directory().resolve("index.js");
        Assumptions.assumeTrue(Files.exists(script), "the function is in node");
        Files.writeString(
                script, "\nprocess.on('SIGTERM', () => console.log('asked to end'));\n", StandardOpenOption.APPEND);
        Sandbox sandbox = start(patient(spec(Extension.beside(code, "plain", folder().resolveSibling("layer-asked")))));
        invoke(sandbox, "{}");
        log.clear();
        sandbox.shutDown();
        sandbox.close();
        assertThat(log).anyMatch(line -> line.endsWith("asked to end"));
        assertLogged("plain: shutdown spindown");
    }

    @Test
    void telemetryIsPushedIntoTheSandbox() throws Exception {
        Sandbox sandbox = start(patient(with(Behaviour.LOG, "telemetry")));
        List<String> expected = List.of(
                "platform.initStart",
                "platform.initRuntimeDone",
                "platform.initReport",
                "platform.start",
                "platform.runtimeDone",
                "platform.report",
                "line");
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!expected.stream().allMatch(each -> log.contains("telemetry: telemetry " + each))
                && System.nanoTime() < deadline) {
            invoke(sandbox, "{}");
        }
        expected.forEach(each -> assertLogged("telemetry: telemetry " + each));
        assertLogged("telemetry: subscribed 200");
    }

    @Test
    void aSubscriberThatNeverAnswersHoldsNobodyUp() throws Exception {
        Sandbox sandbox = start(patient(with(Behaviour.FLOOD, "mute")));
        for (int i = 0; i < 3; i++) {
            assertThat(answer(invoke(sandbox, "3000000")).asString()).isEqualTo("done");
        }
        assertNextSandboxWorks();
    }
}
