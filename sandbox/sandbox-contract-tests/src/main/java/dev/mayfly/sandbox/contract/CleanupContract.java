package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxTechnology;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
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
        Sandbox sandbox = start(Specs.withMemory(spec(Behaviour.SPAWN), Specs.WHOLE_CORE_MB));
        sandbox.invoke(request("{}", Duration.ofSeconds(60)));
        sandbox.close();
        assertThat(underTest().traces(folder())).isEmpty();
    }

    @Test
    void nothingStaysOfAProcessThatHides() throws Exception {
        Sandbox sandbox = start(Behaviour.DAEMON);
        assertThat(answer(invoke(sandbox, "\"stay\"")).asString()).isEqualTo("started");
        assertThat(answer(invoke(sandbox, "\"stay\"")).asString()).isEqualTo("started");
        sandbox.close();
        assertThat(underTest().traces(folder())).isEmpty();
    }

    @Test
    void aProcessThatHidesDoesNotSurviveATimeout() throws Exception {
        Sandbox sandbox = start(Behaviour.DAEMON);
        assertThat(sandbox.invoke(request("\"loop\"", Duration.ofMillis(1000))))
                .isInstanceOf(InvocationResult.TimedOut.class);
        assertThat(sandbox.isReusable()).isFalse();
        sandbox.close();
        assertThat(underTest().traces(folder())).isEmpty();
    }

    @Test
    void nothingStaysOfAGuestThatIsKilled() throws Exception {
        Sandbox sandbox = start(Behaviour.COUNT);
        invoke(sandbox, "{}");
        List<ProcessHandle> processes = underTest().processes(folder());
        Assumptions.assumeFalse(processes.isEmpty(), "No process of this technology is one sandbox's alone");
        processes.forEach(ProcessHandle::destroyForcibly);
        assertThat(invoke(sandbox, "{}")).isInstanceOf(InvocationResult.Crashed.class);
        assertThat(sandbox.isReusable()).isFalse();
        sandbox.close();
        assertThat(underTest().traces(folder())).isEmpty();
        assertNextSandboxWorks();
    }

    @Test
    void theHostsDescriptorsAreGivenBack() throws Exception {
        var code = code(Behaviour.ECHO);
        for (int round = 0; round < 2; round++) {
            invoke(start(spec(code)), "1");
        }
        closeSandboxes();
        long before = descriptors();
        for (int round = 0; round < 5; round++) {
            try (Sandbox sandbox = start(spec(code))) {
                invoke(sandbox, "1");
            }
        }
        assertThat(descriptors()).isLessThan(before + 5);
    }

    /** Sockets, pipes, namespaces and processes that this process holds; files are the class loader's business. */
    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(each -> {
                        try {
                            return Files.readSymbolicLink(each).toString().contains(":[");
                        } catch (IOException e) {
                            return false; // closed meanwhile
                        }
                    })
                    .count();
        }
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
