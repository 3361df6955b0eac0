package dev.mayfly.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One run: what it measures with, and what it has found. */
final class Bench implements AutoCloseable {
    /** Where native programs write the files that guests write into their {@code /tmp}: memory too. */
    static final String MEMORY_FOLDER = "/dev/shm";

    static final int CPU_WORK = 9;
    /** Rounds of five calls. */
    static final int CALL_WORK = 1000;

    final Path folder;
    final Effort effort;
    final BareNode echo;
    final BareNode work;
    final Samples bare = new Samples(1024);
    final List<Row> rows = new ArrayList<>();
    final List<Target> targets = new ArrayList<>();
    final List<String> remarks = new ArrayList<>();
    private final PrintWriter progress;
    private final long start = System.nanoTime();

    Bench(Path folder, Effort effort, PrintWriter progress) throws IOException {
        this.folder = folder;
        this.effort = effort;
        this.progress = progress;
        this.echo = new BareNode(folder.resolve("bare"), "echo", Functions.ECHO);
        this.work = new BareNode(folder.resolve("bare"), "work", Functions.text("work.js"));
    }

    void say(String what) {
        progress.printf("%4d s  %s%n", seconds(), what);
        progress.flush();
    }

    long seconds() {
        return (System.nanoTime() - start) / 1_000_000_000;
    }

    @Override
    public void close() throws IOException {
        echo.close();
        work.close();
    }
}
