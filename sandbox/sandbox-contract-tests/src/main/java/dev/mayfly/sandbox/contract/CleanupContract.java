package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxTechnology;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** That nothing stays: after a stop, a crash, a failed start, and the death of the host itself. */
public abstract class CleanupContract extends SandboxContract {
    @Test
    void nothingStaysAfterClose() throws Exception {
        Sandbox sandbox = start(Behaviour.ECHO);
        invoke(sandbox, "{}");
        sandbox.close();
        assertThat(underTest().traces(folder())).isEmpty();
        assertThat(sandbox.isReusable()).isFalse();
        sandbox.close();
    }

    @Test
    void nothingStaysAfterATimeout() throws Exception {
        Sandbox sandbox = start(Behaviour.LOOP);
        sandbox.invoke(request("{}", Duration.ofMillis(300)));
        sandbox.close();
        assertThat(underTest().traces(folder())).isEmpty();
    }

    @Test
    void nothingStaysOfProcessesThatTheFunctionStarted() throws Exception {
        Sandbox sandbox = start(Behaviour.SPAWN);
        sandbox.invoke(request("{}", Duration.ofSeconds(60)));
        sandbox.close();
        assertThat(underTest().traces(folder())).isEmpty();
    }

    @Test
    void closingTheTechnologyEndsItsSandboxes() throws Exception {
        Path other = Files.createDirectories(folder().resolveSibling("other"));
        SandboxTechnology technology = underTest().open(other);
        Sandbox sandbox = technology.start(spec(code(Behaviour.ECHO)));
        technology.close();
        assertThat(sandbox.isReusable()).isFalse();
        assertThat(underTest().traces(other)).isEmpty();
    }

    @Test
    void recoverRemovesWhatAKilledHostLeft() throws Exception {
        Path other = Files.createDirectories(folder().resolveSibling("killed"));
        Process host = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostToKill.class.getName(),
                        underTest().getClass().getName(),
                        other.toString(),
                        folder().resolveSibling("killed-code").toString())
                .redirectErrorStream(true)
                .start();
        try (BufferedReader output = host.inputReader(StandardCharsets.UTF_8)) {
            assertThat(output.lines().anyMatch(HostToKill.READY::equals)).isTrue();
        } finally {
            host.destroyForcibly();
        }
        assertThat(host.waitFor(10, TimeUnit.SECONDS)).isTrue();
        try (SandboxTechnology technology = underTest().open(other)) {
            technology.recover();
            assertThat(underTest().traces(other)).isEmpty();
            Sandbox sandbox = technology.start(spec(code(Behaviour.ECHO)));
            answer(invoke(sandbox, "1"));
        }
        assertThat(underTest().traces(other)).isEmpty();
    }
}
