package dev.mayfly.sandbox.linux;

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
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The machine's cgroup hierarchies: version 1 (alone or beside an unused version 2, "hybrid") or version 2. */
public final class Cgroups {
    /** As Lambda: short, so that a function with a small share is not stopped for long. */
    public static final int CPU_PERIOD_MICROS = 20_000;

    private static final int MEGABYTES_PER_CORE = 1769;
    private static final List<String> USED = List.of("memory", "cpu", "cpuacct", "pids", "freezer");
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
    public static Cgroups detect() throws IOException {
        return detect(Files.readAllLines(Path.of("/proc/self/mounts")));
    }

    public static Cgroups detect(List<String> mountTable) throws IOException {
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

    public String version() {
        return unified == null ? "cgroup v1" : "cgroup v2";
    }

    /** CPU time per {@link #CPU_PERIOD_MICROS} for a function of that size: 1,769 MB is one core. */
    public static int quotaMicros(int memoryMb) {
        return Math.max(MIN_QUOTA_MICROS, (int) ((long) memoryMb * CPU_PERIOD_MICROS / MEGABYTES_PER_CORE));
    }

    /** The relative weight of a function of that size: 1,769 MB weighs 1,024. */
    public static int shares(int memoryMb) {
        return Math.max(2, memoryMb * 1024 / MEGABYTES_PER_CORE);
    }

    public Cgroup at(String path) {
        return new Cgroup(path);
    }

    /** One cgroup, in every hierarchy. */
    public final class Cgroup {
        private final String path;
        private final KernelFile cpu;
        private final KernelFile peakMemory;
        private final KernelFile memory;

        private Cgroup(String path) {
            this.path = path;
            this.cpu = new KernelFile(file("cpuacct", "cpuacct.usage", "cpu.stat"));
            this.peakMemory = new KernelFile(file("memory", "memory.max_usage_in_bytes", "memory.peak"));
            this.memory = new KernelFile(file("memory", "memory.usage_in_bytes", "memory.current"));
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
        public long cpuNanos() {
            return unified == null ? cpu.number() : cpu.field("usage_usec") * 1000;
        }

        /** The highest memory use up to now. */
        public long peakMemoryBytes() {
            return peakMemory.number();
        }

        public long residentMemoryBytes() {
            return memory.number();
        }

        /** How many processes were killed for want of memory. */
        public long oomKills() {
            return field(file("memory", "memory.oom_control", "memory.events"), "oom_kill");
        }

        /** CPU time per {@link #CPU_PERIOD_MICROS}. */
        public void limitCpu(int quotaMicros) throws IOException {
            String quota = Integer.toString(quotaMicros);
            if (unified == null) {
                Path period = file("cpu", "cpu.cfs_period_us", "");
                if (number(period) != CPU_PERIOD_MICROS) {
                    Files.writeString(period, Integer.toString(CPU_PERIOD_MICROS));
                }
            }
            Files.writeString(
                    file("cpu", "cpu.cfs_quota_us", "cpu.max"),
                    unified == null ? quota : quota + " " + CPU_PERIOD_MICROS);
        }

        /** How it stands against others when the processor is short, as a function of that size. */
        public void weighCpu(int memoryMb) throws IOException {
            int shares = shares(memoryMb);
            if (unified == null) {
                Files.writeString(file("cpu", "cpu.shares", ""), Integer.toString(shares));
            } else {
                // The kernel's own translation of 2 - 262,144 shares into a weight of 1 - 10,000.
                long weight = 1 + (shares - 2L) * 9999 / 262_142;
                Files.writeString(file("cpu", "", "cpu.weight"), Long.toString(weight));
            }
        }

        /** Memory that it may use, without swap; more than it uses now. */
        public void limitMemory(long megabytes) throws IOException {
            String bytes = Long.toString(megabytes << 20);
            Path limit = file("memory", "memory.limit_in_bytes", "memory.max");
            if (unified != null) {
                Files.writeString(limit, bytes);
                Path swap = file("memory", "", "memory.swap.max");
                if (Files.exists(swap)) {
                    Files.writeString(swap, "0");
                }
                return;
            }
            Path withSwap = file("memory", "memory.memsw.limit_in_bytes", "");
            boolean grows = number(limit) < megabytes << 20;
            boolean counted = Files.exists(withSwap);
            if (counted && grows) {
                Files.writeString(withSwap, bytes);
            }
            Files.writeString(limit, bytes);
            if (counted && !grows) {
                Files.writeString(withSwap, bytes);
            }
        }

        /** Processes and threads in it. */
        public void limitProcesses(int processes) throws IOException {
            Files.writeString(file("pids", "pids.max", "pids.max"), Integer.toString(processes));
        }

        /** Stops every thread in it, at the latest when each next leaves the kernel. */
        public void freeze() throws IOException {
            Files.writeString(file("freezer", "freezer.state", "cgroup.freeze"), unified == null ? "FROZEN" : "1");
        }

        public void thaw() throws IOException {
            Files.writeString(file("freezer", "freezer.state", "cgroup.freeze"), unified == null ? "THAWED" : "0");
        }

        /** Makes it, where no OCI runtime does. */
        public void create() throws IOException {
            for (Path mount : usedMounts()) {
                if (unified != null) {
                    delegate(mount);
                }
                Files.createDirectories(under(mount));
            }
        }

        private void delegate(Path mount) throws IOException {
            Path at = mount;
            for (Path step : Path.of(path.substring(1))) {
                Files.createDirectories(at);
                Files.writeString(at.resolve("cgroup.subtree_control"), "+cpu +memory +pids");
                at = at.resolve(step);
            }
        }

        /** A process joins it by writing its number into each of these. */
        public List<Path> doors() {
            return usedMounts().stream()
                    .map(mount -> under(mount).resolve("cgroup.procs"))
                    .toList();
        }

        private List<Path> usedMounts() {
            return unified != null
                    ? List.of(unified)
                    : USED.stream()
                            .map(controllers::get)
                            .filter(Objects::nonNull)
                            .distinct()
                            .toList();
        }

        /** Kills whatever runs in it and below, frozen or not, then removes it from every hierarchy. */
        public void remove() {
            long deadline = System.nanoTime() + 10_000_000_000L;
            while (!tryRemove()) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("Processes in cgroup " + path + " cannot be killed");
                }
                killAll();
                LockSupport.parkNanos(1_000_000);
            }
            cpu.close();
            peakMemory.close();
            memory.close();
        }

        /** Those frozen below version 1's freezer die only when thawed. */
        private void thawTree() {
            Path top = file("freezer", "freezer.state", "cgroup.freeze");
            for (Path directory : tree(Objects.requireNonNull(top.getParent()))) {
                Path state = directory.resolve(Objects.requireNonNull(top.getFileName()));
                try {
                    if (Files.exists(state)) {
                        Files.writeString(state, unified == null ? "THAWED" : "0");
                    }
                } catch (IOException e) {
                    continue; // removed meanwhile
                }
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
            thawTree();
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
