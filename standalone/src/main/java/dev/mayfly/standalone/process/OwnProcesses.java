package dev.mayfly.standalone.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Recognises the processes that belong to one home by what they were started with, whoever started them and whether or
 * not anybody noted it: every Java process of the suite carries the home in its command line, and PostgreSQL runs from
 * the home's own copy of it.
 */
public final class OwnProcesses {
    /** The JVM option that marks a supervisor, beside {@link #mark}. */
    public static final String SUPERVISOR = "-Dmayfly.component=supervisor";

    private static final String MARK = "-Dmayfly.home=";

    private final Path home;

    public OwnProcesses(Path home) {
        this.home = home;
    }

    /** The JVM option that marks a process as belonging to this home. */
    public String mark() {
        return MARK + home;
    }

    /** Those that run, without this process and without the descendants that do not carry the mark. */
    public List<ProcessHandle> find() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(this::isOurs)
                .toList();
    }

    /** Those of {@link #find} that are not supervisors: without the home's lock, a supervisor is about to ask for it. */
    public List<ProcessHandle> findWithoutSupervisors() {
        return find().stream()
                .filter(process -> !arguments(process).contains(SUPERVISOR))
                .toList();
    }

    /** Whether {@code process} was started for this home. */
    boolean isOurs(ProcessHandle process) {
        String program = process.info().command().orElse("");
        if (program.endsWith("/java")) {
            return arguments(process).contains(mark());
        }
        return program.startsWith(home + "/") && program.endsWith("/postgres");
    }

    /** Ends {@code processes} and all their descendants without asking, and waits until they are gone. */
    public static void kill(List<ProcessHandle> processes) throws InterruptedException {
        Set<ProcessHandle> all = new LinkedHashSet<>();
        for (ProcessHandle process : processes) {
            // Descendants first: a killed parent's children would be found no more.
            process.descendants().forEach(all::add);
            all.add(process);
        }
        all.forEach(ProcessHandle::destroyForcibly);
        awaitEnd(all, Duration.ofSeconds(5));
    }

    private static void awaitEnd(Set<ProcessHandle> processes, Duration patience) throws InterruptedException {
        var ends = processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(ends).get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // What the kernel does not let go of now ends later; SIGKILL cannot be refused.
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException("Waiting for the end of a process failed", e);
        }
    }

    private static List<String> arguments(ProcessHandle process) {
        try {
            byte[] line = Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
            return Arrays.asList(new String(line, StandardCharsets.UTF_8).split("\0"));
        } catch (IOException e) {
            return new ArrayList<>(Arrays.asList(process.info().arguments().orElse(new String[0])));
        }
    }
}
