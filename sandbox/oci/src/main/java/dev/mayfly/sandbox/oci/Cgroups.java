package dev.mayfly.sandbox.oci;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The machine's cgroup hierarchies: version 1 (alone or beside an unused version 2, "hybrid") or version 2. */
final class Cgroups {
    /** As Lambda: short, so that a function with a small share is not stopped for long. */
    static final int CPU_PERIOD_MICROS = 20_000;

    private static final int MEGABYTES_PER_CORE = 1769;
    private static final int MIN_QUOTA_MICROS = 1_000;

    private final List<Path> mounts;
    private final Map<String, Path> controllers;
    private final @Nullable Path unified;

    private Cgroups(List<Path> mounts, Map<String, Path> controllers, @Nullable Path unified) {
        this.mounts = mounts;
        this.controllers = controllers;
        this.unified = unified;
    }

    /** Reads what is mounted; throws with the reason when nothing usable is. */
    static Cgroups detect() throws IOException {
        return detect(Files.readAllLines(Path.of("/proc/self/mounts")));
    }

    static Cgroups detect(List<String> mountTable) throws IOException {
        List<Path> mounts = new ArrayList<>();
        Map<String, Path> controllers = new HashMap<>();
        Path version2 = null;
        for (String line : mountTable) {
            String[] fields = line.split(" ", -1);
            if (fields.length < 4) {
                continue;
            }
            Path mount = Path.of(fields[1]);
            if (fields[2].equals("cgroup2")) {
                version2 = mount;
                mounts.add(mount);
            } else if (fields[2].equals("cgroup")) {
                mounts.add(mount);
                for (String option : fields[3].split(",", -1)) {
                    controllers.put(option, mount);
                }
            }
        }
        if (controllers.containsKey("memory") && controllers.containsKey("cpu")) {
            return new Cgroups(mounts, controllers, null);
        }
        if (version2 == null) {
            throw new IOException("No cgroup file system is mounted: mount cgroup2 on /sys/fs/cgroup");
        }
        return new Cgroups(mounts, Map.of(), version2);
    }

    String version() {
        return unified == null ? "cgroup v1" : "cgroup v2";
    }

    /** CPU time per {@link #CPU_PERIOD_MICROS} for a function of that size: 1,769 MB is one core. */
    static int quotaMicros(int memoryMb) {
        return Math.max(MIN_QUOTA_MICROS, (int) ((long) memoryMb * CPU_PERIOD_MICROS / MEGABYTES_PER_CORE));
    }

    Cgroup at(String path) {
        return new Cgroup(path);
    }

    /** One cgroup, in every hierarchy. */
    final class Cgroup {
        private final String path;

        private Cgroup(String path) {
            this.path = path;
        }

        private Path file(String controller, String version1, String version2) {
            if (unified != null) {
                return under(unified).resolve(version2);
            }
            Path mount = controllers.get(controller);
            return mount == null ? Path.of("/nonexistent") : under(mount).resolve(version1);
        }

        private Path under(Path mount) {
            return mount.resolve(path.substring(1));
        }

        /** CPU time used up to now. */
        long cpuNanos() {
            if (unified == null) {
                return number(file("cpuacct", "cpuacct.usage", ""));
            }
            return field(under(unified).resolve("cpu.stat"), "usage_usec") * 1000;
        }

        /** The highest memory use up to now. */
        long peakMemoryBytes() {
            return number(file("memory", "memory.max_usage_in_bytes", "memory.peak"));
        }

        long residentMemoryBytes() {
            return number(file("memory", "memory.usage_in_bytes", "memory.current"));
        }

        /** How many processes were killed for want of memory. */
        long oomKills() {
            return field(file("memory", "memory.oom_control", "memory.events"), "oom_kill");
        }

        void limitCpu(int quotaMicros) throws IOException {
            String quota = Integer.toString(quotaMicros);
            Files.writeString(
                    file("cpu", "cpu.cfs_quota_us", "cpu.max"),
                    unified == null ? quota : quota + " " + CPU_PERIOD_MICROS);
        }

        /** Kills whatever runs in it and below, then removes it from every hierarchy. */
        void remove() {
            long deadline = System.nanoTime() + 10_000_000_000L;
            while (!tryRemove()) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("Processes in cgroup " + path + " cannot be killed");
                }
                killAll();
                LockSupport.parkNanos(1_000_000);
            }
        }

        private boolean tryRemove() {
            boolean removed = true;
            for (Path mount : mounts) {
                removed &= removeTree(under(mount));
            }
            return removed;
        }

        private void killAll() {
            for (Path mount : mounts) {
                for (Path directory : tree(under(mount))) {
                    for (String pid : lines(directory.resolve("cgroup.procs"))) {
                        ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
                    }
                }
            }
        }
    }

    private static boolean removeTree(Path directory) {
        List<Path> directories = tree(directory);
        for (Path each : directories.reversed()) {
            try {
                Files.deleteIfExists(each);
            } catch (DirectoryNotEmptyException e) {
                return false;
            } catch (FileSystemException e) {
                return false; // busy: a process is still in it
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return true;
    }

    /** The directory and those below, parents first; empty when there is none. */
    private static List<Path> tree(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        List<Path> result = new ArrayList<>(List.of(directory));
        try (Stream<Path> children = Files.list(directory)) {
            children.filter(Files::isDirectory).forEach(child -> result.addAll(tree(child)));
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return result;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of(); // gone, or never there
        }
    }

    private static long number(Path file) {
        List<String> lines = lines(file);
        return lines.isEmpty() ? 0 : Long.parseLong(lines.getFirst());
    }

    private static long field(Path file, String name) {
        for (String line : lines(file)) {
            if (line.startsWith(name + " ")) {
                return Long.parseLong(line.substring(name.length() + 1).strip());
            }
        }
        return 0;
    }
}
