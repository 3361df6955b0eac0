package dev.mayfly.standalone.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Starts all processes of a supervisor, so that it knows which of its children nobody started: the adopted ones. */
public final class Launcher implements AutoCloseable {
    private static final long LOG_BYTES = 16L << 20;
    private static final long BURY_EVERY_MILLIS = 500;
    private static final Path SETSID = Path.of("/usr/bin/setsid");

    private final Set<Long> known = ConcurrentHashMap.newKeySet();
    private final Optional<Kernel> kernel = Kernel.adoptOrphans();
    private final ScheduledExecutorService burial = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("burial").factory());

    public Launcher() {
        kernel.ifPresent(k -> burial.scheduleWithFixedDelay(
                () -> bury(k), BURY_EVERY_MILLIS, BURY_EVERY_MILLIS, TimeUnit.MILLISECONDS));
    }

    /**
     * Starts {@code command} in a session of its own, so that a Ctrl-C at the terminal does not reach it.
     *
     * @param environment all that the process sees
     * @param log where its output goes, after what is there
     */
    public synchronized Process start(List<String> command, Map<String, String> environment, Path folder, Path log)
            throws IOException {
        limit(log);
        var full = new ArrayList<String>();
        if (Files.isExecutable(SETSID)) {
            full.add(SETSID.toString());
        }
        full.addAll(command);
        var builder = new ProcessBuilder(full)
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        known.add(process.pid());
        process.onExit().thenRun(() -> known.remove(process.pid()));
        return process;
    }

    /** Sends the signal of that name, e.g. {@code INT}, to {@code process}. */
    public void signal(Process process, String name) throws InterruptedException {
        if (name.equals("TERM")) {
            process.destroy();
            return;
        }
        try {
            start(
                            List.of("/bin/sh", "-c", "kill -" + name + " " + process.pid()),
                            Map.of(),
                            Path.of("/"),
                            Path.of("/dev/null"))
                    .waitFor();
        } catch (IOException e) {
            process.destroy();
        }
    }

    private synchronized void bury(Kernel kernelCalls) {
        kernelCalls.buryOrphans(known::contains);
    }

    /** Ends the processes that we adopted from a service that is gone, with all their descendants. */
    public synchronized void killAdopted() throws InterruptedException {
        if (kernel.isEmpty()) {
            return;
        }
        List<ProcessHandle> adopted = ProcessHandle.current()
                .children()
                .filter(child -> !known.contains(child.pid()))
                .toList();
        OwnProcesses.kill(adopted);
    }

    /** Keeps one older part of a log that has grown large. Its writers append, so they go on at its new end. */
    public static void limit(Path log) throws IOException {
        if (Files.exists(log) && Files.size(log) > LOG_BYTES) {
            Files.copy(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            try (var channel = java.nio.channels.FileChannel.open(log, java.nio.file.StandardOpenOption.WRITE)) {
                channel.truncate(0);
            }
        }
    }

    @Override
    public void close() {
        burial.shutdownNow();
    }
}
