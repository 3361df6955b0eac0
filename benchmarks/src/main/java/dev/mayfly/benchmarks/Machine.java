package dev.mayfly.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** The machine that is measured on, and its processes. */
final class Machine {
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration BUSY = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final int DEEPEST_CGROUP = 6;

    private Machine() {}

    /**
     * Waits until the processes that were started here rest: what was closed is gone, and what is made ahead of need is
     * made. Gives up after a while, as some are never quite at rest.
     */
    static void rest() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        int rests = 0;
        Map<Long, Long> before = processes();
        while (rests < 2 && System.nanoTime() < end) {
            LockSupport.parkNanos(LOOK.toNanos());
            Map<Long, Long> now = processes();
            long used = sum(now) - sum(before);
            rests = now.keySet().equals(before.keySet()) && used <= BUSY.toNanos() ? rests + 1 : 0;
            before = now;
        }
    }

    private static long sum(Map<Long, Long> times) {
        return times.values().stream().mapToLong(Long::longValue).sum();
    }

    private static Map<Long, Long> processes() {
        Map<Long, Long> times = new TreeMap<>();
        ProcessHandle.current()
                .descendants()
                .forEach(process -> times.put(
                        process.pid(),
                        process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L)));
        return times;
    }

    /** Memory of all processes in the cgroups of that name, what they share counted by parts, in MiB. */
    static double pssOfCgroup(String name) throws IOException {
        double sum = 0;
        for (long pid : processesIn(name)) {
            sum += pss(pid);
        }
        return sum;
    }

    private static Set<Long> processesIn(String name) throws IOException {
        Set<Long> found = new HashSet<>();
        Path top = Path.of("/sys/fs/cgroup");
        Files.walkFileTree(top, Set.of(), DEEPEST_CGROUP, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Path last = folder.getFileName();
                if (last != null && last.toString().equals(name)) {
                    collect(folder, found);
                    return FileVisitResult.SKIP_SUBTREE;
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }

    private static void collect(Path cgroup, Set<Long> found) throws IOException {
        try (var folders = Files.walk(cgroup)) {
            for (Path list : folders.map(folder -> folder.resolve("cgroup.procs"))
                    .filter(Files::isRegularFile)
                    .toList()) {
                Files.readAllLines(list).stream()
                        .filter(line -> !line.equals("0"))
                        .map(Long::valueOf)
                        .forEach(found::add);
            }
        }
    }

    /** In MiB; 0 for a process that is gone. */
    static double pss(long pid) {
        return field(Path.of("/proc", Long.toString(pid), "smaps_rollup"), "Pss:") / 1024;
    }

    /** The processes that were started here, and by those. */
    static Set<Long> started() {
        return ProcessHandle.current().descendants().map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    /** Resident memory of the processes started here since {@code before}, and what this heap holds, in MiB. */
    static double residentSince(Set<Long> before) {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        double heap = (runtime.totalMemory() - runtime.freeMemory()) / 1048576.0;
        return heap
                + started().stream()
                                .filter(pid -> !before.contains(pid))
                                .mapToDouble(pid -> field(Path.of("/proc", Long.toString(pid), "status"), "VmRSS:"))
                                .sum()
                        / 1024;
    }

    private static double field(Path file, String name) {
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                if (line.startsWith(name)) {
                    return Double.parseDouble(
                            line.substring(name.length()).strip().split("\\s+")[0]);
                }
            }
            return 0;
        } catch (IOException | UncheckedIOException gone) {
            return 0;
        }
    }

    /** Processor, memory, kernel. */
    static String description() {
        double gib = field(Path.of("/proc/meminfo"), "MemTotal:") / 1024 / 1024;
        return "%s, %d cores, %.0f GiB, Linux %s"
                .formatted(
                        processor(),
                        Runtime.getRuntime().availableProcessors(),
                        gib,
                        System.getProperty("os.version").split("-", 2)[0]);
    }

    private static String processor() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }

    /** What a technology says of itself, without advice and without this user's folder. */
    static String told(String detail) {
        return detail.split("; ", 2)[0].replace(System.getProperty("user.home"), "~");
    }

    /** How busy the machine was during the last minute, by itself and others. */
    static String load() {
        try {
            return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
        } catch (IOException e) {
            return "unknown";
        }
    }

    /** The first line that a command prints, e.g. its version. */
    static String firstLine(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            try (var output = process.inputReader(StandardCharsets.UTF_8)) {
                String line = output.readLine();
                process.waitFor();
                return line == null ? "unknown" : line.strip();
            }
        } catch (IOException e) {
            return "not installed";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }

    static String versions() {
        return String.join(
                ", ",
                List.of(
                        "Java " + Runtime.version(),
                        "node " + firstLine("node", "--version"),
                        firstLine("runc", "--version").replace("version ", ""),
                        firstLine("runsc", "--version").replace("version ", "").toLowerCase(Locale.ROOT)));
    }
}
