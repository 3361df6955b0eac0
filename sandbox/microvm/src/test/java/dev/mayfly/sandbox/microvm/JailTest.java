package dev.mayfly.sandbox.microvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.Availability;
import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.contract.Behaviour;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a guest that has taken over its monitor would find: as good as nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JailTest {
    private final NodeMicrovms underTest = new NodeMicrovms();

    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private MicrovmTechnology technology;

    @SuppressWarnings("NullAway.Init")
    private Sandbox sandbox;

    @BeforeAll
    void open(@TempDir Path temporary) throws Exception {
        folder = temporary.resolve("state");
        technology = new MicrovmTechnology(MicrovmsUnderTest.settings(folder));
        Availability availability = technology.check();
        Assumptions.assumeTrue(availability.available(), availability.detail());
        sandbox = technology.start(spec("jailed"));
    }

    @AfterAll
    void close() {
        technology.close();
    }

    private SandboxSpec spec(String id) throws IOException {
        FunctionCode code = Objects.requireNonNull(
                underTest.guest(Behaviour.ECHO, Files.createDirectories(folder.resolveSibling("code"))));
        return new SandboxSpec(
                id,
                code,
                Map.of("SECRET", "of-" + id),
                128,
                16,
                Duration.ofSeconds(20),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 9),
                false,
                _ -> {});
    }

    /** The monitors: the children of the supervisors. */
    private List<Path> monitors() {
        return underTest.processes(folder).stream()
                .filter(process -> process.info()
                        .command()
                        .map(command -> command.contains("qemu"))
                        .orElse(false))
                .map(process -> Path.of("/proc", Long.toString(process.pid())))
                .toList();
    }

    private Path monitor() {
        assertThat(monitors()).isNotEmpty();
        return monitors().getFirst();
    }

    @Test
    void theMonitorIsAUserOfItsOwnWithoutPrivileges() throws IOException {
        String status = Files.readString(monitor().resolve("status"));
        int first = MicrovmSettings.of(folder).firstUid();
        assertThat(status).containsPattern("Uid:\\s+" + first / 10_000);
        for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
            assertThat(status).containsPattern(set + ":\\s+0000000000000000\n");
        }
        assertThat(status)
                .containsPattern("NoNewPrivs:\\s+1\n")
                .containsPattern("Seccomp:\\s+2\n")
                .containsPattern("Groups:\\s*\n");
    }

    @Test
    void theMonitorHasNamespacesOfItsOwn() throws IOException {
        for (String kind : List.of("mnt", "net", "pid", "ipc", "uts", "cgroup")) {
            assertThat(Files.readSymbolicLink(monitor().resolve("ns").resolve(kind)))
                    .as(kind)
                    .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns", kind)));
        }
    }

    @Test
    void theMonitorsRootHoldsNothingOfTheMachineButPrograms() throws IOException {
        Path root = monitor().resolve("root");
        List<String> names = new ArrayList<>();
        try (Stream<Path> children = Files.list(root)) {
            children.map(path -> path.getFileName().toString()).forEach(names::add);
        }
        assertThat(names)
                .isSubsetOf(
                        "usr", "bin", "lib", "lib64", "etc", "dev", "image", "vm", "code", "snapshot", "readonly.so");
        try (Stream<Path> etc = Files.list(root.resolve("etc"))) {
            assertThat(etc.map(path -> path.getFileName().toString())).containsExactly("ld.so.cache");
        }
    }

    @Test
    void theMonitorHasTheSharedMemoryOpenToReadOnly() throws IOException {
        int found = 0;
        try (Stream<Path> descriptors = Files.list(monitor().resolve("fd"))) {
            for (Path descriptor : descriptors.toList()) {
                if (Files.readSymbolicLink(descriptor).toString().endsWith("/memory")) {
                    String flags = Files.readString(monitor()
                            .resolve("fdinfo")
                            .resolve(descriptor.getFileName().toString()));
                    assertThat(flags).containsPattern("flags:\\s+0\\d*0\n");
                    found++;
                }
            }
        }
        List<String> maps = Files.readAllLines(monitor().resolve("maps")).stream()
                .filter(line -> line.endsWith("/memory"))
                .toList();
        assertThat(maps).isNotEmpty().allMatch(line -> line.split(" ")[1].endsWith("p"), "mapped privately");
        assertThat(found).isBetween(0, 1);
    }

    @Test
    void copiesShareMemory() throws Exception {
        try (Sandbox _ = technology.start(spec("other"))) {
            for (Path monitor : monitors()) {
                long resident = 0;
                long proportional = 0;
                for (String line : Files.readAllLines(monitor.resolve("smaps_rollup"))) {
                    if (line.startsWith("Rss:")) {
                        resident = Long.parseLong(line.replaceAll("\\D", ""));
                    } else if (line.startsWith("Pss:")) {
                        proportional = Long.parseLong(line.replaceAll("\\D", ""));
                    }
                }
                assertThat(proportional).isLessThan(resident * 9 / 10);
            }
        }
    }

    /** The host's end closes the supervisor's standard input; nothing else has to happen. */
    @Test
    void theMonitorEndsWithTheHost(@TempDir Path temporary) throws Exception {
        GuestImage image = GuestImage.build(MicrovmSettings.of(folder).cacheFolder());
        Path root = Files.createDirectories(temporary.resolve("root"));
        Process supervisor = new ProcessBuilder(
                        image.jailer().toString(), "1999999999", root.toString(), "--", "/usr/bin/sleep", "1000")
                .start();
        while (supervisor.children().findAny().isEmpty()) {
            Thread.onSpinWait();
        }
        ProcessHandle jailed = supervisor.children().findAny().orElseThrow();
        supervisor.getOutputStream().close();
        assertThat(supervisor.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(supervisor.exitValue()).isEqualTo(128 + 9);
        assertThat(jailed.isAlive()).isFalse();
    }

    @Test
    void theMonitorEndsWithItsSupervisor(@TempDir Path temporary) throws Exception {
        GuestImage image = GuestImage.build(MicrovmSettings.of(folder).cacheFolder());
        Path root = Files.createDirectories(temporary.resolve("root"));
        Process supervisor = new ProcessBuilder(
                        image.jailer().toString(), "1999999999", root.toString(), "--", "/usr/bin/sleep", "1000")
                .start();
        while (supervisor
                .children()
                .noneMatch(child -> child.info().command().orElse("").endsWith("sleep"))) {
            Thread.onSpinWait();
        }
        ProcessHandle jailed = supervisor.children().findAny().orElseThrow();
        supervisor.destroyForcibly();
        jailed.onExit().get(20, TimeUnit.SECONDS);
    }
}
