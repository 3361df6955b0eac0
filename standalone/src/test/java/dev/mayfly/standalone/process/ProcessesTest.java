package dev.mayfly.standalone.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessesTest {
    @TempDir
    private Path folder;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endAll() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void anotherProcessWithTheSameNumberIsNotTheOneThatWasMeant() {
        ProcessIdentity current = ProcessIdentity.ofCurrent();

        assertThat(ProcessIdentity.parse(current.text())).contains(current);
        assertThat(current.process()).isPresent();
        assertThat(new ProcessIdentity(current.pid(), "another boot/1").process())
                .isEmpty();
        assertThat(ProcessIdentity.parse("no identity")).isEmpty();
        assertThat(ProcessIdentity.parse("x@y")).isEmpty();
    }

    @Test
    void onlyJavaProcessesOfThisVeryHomeAreOurs() throws IOException, InterruptedException {
        var own = new OwnProcesses(folder.resolve("a"));
        Process ours = java(own.mark());
        Process ofAnotherHome = java(new OwnProcesses(folder.resolve("ab")).mark());
        Process mentionsUs = start("/bin/sh", "-c", "sleep 60; true", own.mark());

        assertThat(own.find()).containsExactly(ours.toHandle());
        OwnProcesses.kill(own.find());

        assertThat(ours.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(ofAnotherHome.isAlive()).isTrue();
        assertThat(mentionsUs.isAlive()).isTrue();
    }

    @Test
    void supervisorsAreFoundOnlyWhenAskedFor() throws IOException {
        var own = new OwnProcesses(folder);
        Process supervisor = java(own.mark(), OwnProcesses.SUPERVISOR);

        assertThat(own.find()).containsExactly(supervisor.toHandle());
        assertThat(own.findWithoutSupervisors()).isEmpty();
    }

    @Test
    void descendantsEndWithTheirParent() throws IOException, InterruptedException {
        Process parent = start("/bin/sh", "-c", "sleep 60 & sleep 60 & wait");
        while (parent.descendants().count() < 2) {
            Thread.onSpinWait();
        }
        List<ProcessHandle> children = parent.descendants().toList();

        OwnProcesses.kill(List.of(parent.toHandle()));

        assertThat(children).noneMatch(ProcessHandle::isAlive);
    }

    @Test
    void restartsComeAtOnceThenLaterAndLater() {
        var backOff = new BackOff();

        assertThat(backOff.next()).isZero();
        assertThat(backOff.next()).isEqualTo(Duration.ofMillis(500));
        assertThat(backOff.next()).isEqualTo(Duration.ofSeconds(1));
        for (int i = 0; i < 10; i++) {
            backOff.next();
        }
        assertThat(backOff.next()).isEqualTo(BackOff.LONGEST);
    }

    @Test
    void aLargeLogIsShortenedAndItsOlderPartKept() throws IOException {
        Path log = folder.resolve("x.log");
        Files.write(log, new byte[17 << 20]);

        Launcher.limit(log);

        assertThat(log).isEmptyFile();
        assertThat(folder.resolve("x.log.1")).hasSize(17 << 20);
    }

    private Process java(String... options) throws IOException {
        Path program = folder.resolve("Wait.java");
        if (!Files.exists(program)) {
            Files.writeString(
                    program,
                    "class Wait { public static void main(String[] a) throws Exception {"
                            + " System.out.println(); System.in.read(); } }");
        }
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(options));
        command.add(program.toString());
        Process process = start(command.toArray(String[]::new));
        // Its first line says that the program runs.
        assertThat(process.getInputStream().read()).isEqualTo('\n');
        return process;
    }

    private Process start(String... command) throws IOException {
        Process process = new ProcessBuilder(command).start();
        started.add(process);
        return process;
    }
}
