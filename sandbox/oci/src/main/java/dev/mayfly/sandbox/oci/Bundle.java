package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.api.ImageProgram;
import dev.mayfly.sandbox.guest.JavaRuntime;
import dev.mayfly.sandbox.linux.Cgroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * One sandbox as an OCI bundle.
 *
 * @param directory the sandbox's own, with {@code tmp} and {@code var} in it
 * @param command what process 1 runs
 * @param namespaces those that the runtime is to enter or make; null when it is started in them
 * @param socket the framed link's, or null
 * @param memoryMb the cgroup's limit
 * @param image what is run of an image, whose root is {@code root} in the directory; null when the code is a zip
 * @param cache a JVM's ahead-of-time cache, or null
 * @param hasVolumes whether its function has any; what has no function yet may get some
 */
record Bundle(
        Path directory,
        List<String> command,
        Map<String, String> environment,
        @Nullable Namespaces namespaces,
        String cgroup,
        @Nullable Path socket,
        int memoryMb,
        @Nullable ImageProgram image,
        @Nullable Path cache,
        boolean hasVolumes) {
    /**
     * @param network where the runtime opens the network namespace
     * @param hostId the machine's user and group id that is 0 inside the user namespace
     */
    record Namespaces(Path network, long hostId) {}

    /** User and group id of the function inside its sandbox. */
    static final int GUEST_ID = 1000;

    /** Functions die before services do. Inside a user namespace a runtime may not always set it, so there it inherits it. */
    static final int OOM_SCORE = 500;

    static final int IDS_PER_SANDBOX = 65_536;
    static final String HOST_NAME = "localhost";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Map<String, Object> SECCOMP = Seccomp.profile();
    private static final List<String> CAPABILITY_SETS =
            List.of("bounding", "effective", "permitted", "inheritable", "ambient");
    private static final List<String> MASKED = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/kallsyms",
            "/proc/keys",
            "/proc/key-users",
            "/proc/kmsg",
            "/proc/latency_stats",
            "/proc/modules",
            "/proc/sched_debug",
            "/proc/scsi",
            "/proc/timer_list",
            "/proc/timer_stats");
    private static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    /** Writes {@code config.json}, which only its owner may read: it holds the function's environment. */
    void write(Home home, OciSettings settings) throws IOException {
        Path file = Files.createFile(
                directory.resolve("config.json"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, JSON.writeValueAsBytes(config(home, settings)), StandardOpenOption.WRITE);
    }

    private Map<String, Object> config(Home home, OciSettings settings) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("ociVersion", "1.0.2");
        config.put("process", process(settings));
        config.put("root", Map.of("path", rootOf(home).toString(), "readonly", image == null));
        config.put("hostname", HOST_NAME);
        config.put("mounts", mounts(home));
        config.put("linux", linux(settings));
        return config;
    }

    /** An image's is a read-only mount already, which nobody inside a user namespace may mount anew. */
    private Path rootOf(Home home) {
        return image == null ? home.root() : directory.resolve("root");
    }

    private String workingDirectory() {
        if (image != null) {
            return image.workingDirectory();
        }
        return socket == null ? "/var/task" : "/";
    }

    private Map<String, Object> process(OciSettings settings) {
        Map<String, Object> process = new LinkedHashMap<>();
        process.put("terminal", false);
        process.put("user", Map.of("uid", GUEST_ID, "gid", GUEST_ID, "umask", 18));
        process.put("args", command);
        process.put(
                "env",
                environment.entrySet().stream()
                        .map(variable -> variable.getKey() + "=" + variable.getValue())
                        .toList());
        process.put("cwd", workingDirectory());
        Map<String, Object> none = new LinkedHashMap<>();
        CAPABILITY_SETS.forEach(set -> none.put(set, List.of()));
        process.put("capabilities", none);
        process.put("noNewPrivileges", true);
        if (namespaces != null) {
            process.put("oomScoreAdj", OOM_SCORE);
        }
        process.put(
                "rlimits",
                List.of(
                        limit("RLIMIT_NOFILE", settings.maxOpenFiles()),
                        limit("RLIMIT_NPROC", settings.maxProcesses()),
                        limit("RLIMIT_CORE", 0),
                        limit("RLIMIT_MEMLOCK", 64 * 1024),
                        limit("RLIMIT_MSGQUEUE", 64 * 1024),
                        limit("RLIMIT_SIGPENDING", 1024)));
        return process;
    }

    private static Map<String, Object> limit(String type, long value) {
        return Map.of("type", type, "soft", value, "hard", value);
    }

    private List<Map<String, Object>> mounts(Home home) {
        List<Map<String, Object>> mounts = new ArrayList<>();
        mounts.add(mount("/proc", "proc", "proc", List.of("nosuid", "noexec", "nodev")));
        mounts.add(mount("/dev", "tmpfs", "tmpfs", List.of("nosuid", "noexec", "mode=755", "size=64k")));
        mounts.add(mount(
                "/tmp",
                "bind",
                directory.resolve("tmp").toString(),
                List.of("bind", "rw", "nosuid", "nodev", "private")));
        if (image == null || hasVolumes) {
            // Volumes are mounted below it, now or when the container already runs. In gVisor it must not be read-only,
            // as they
            // would be too; there its owner alone, who is not in the sandbox, keeps guests from writing to it.
            mounts.add(mount(
                    "/mnt",
                    "bind",
                    directory.resolve("mnt").toString(),
                    List.of("rbind", namespaces == null ? "rw" : "ro", "nosuid", "nodev", "rslave")));
        }
        if (image != null) {
            return mounts;
        }
        mounts.add(bind("/usr", Path.of("/usr")));
        Home.separateFolders().forEach(name -> mounts.add(bind("/" + name, Path.of("/", name))));
        // The layers are mounted on the one, the code below the other, now or when the container already runs.
        for (String late : List.of("opt", "var")) {
            mounts.add(mount(
                    "/" + late,
                    "bind",
                    directory.resolve(late).toString(),
                    List.of("rbind", "ro", "nosuid", "nodev", "rslave")));
        }
        mounts.add(bind("/var/runtime", home.runtime()));
        if (socket != null) {
            mounts.add(bind("/run/runtime.sock", socket));
        }
        Path java = JavaRuntime.home();
        if (java != null && command.stream().anyMatch(word -> word.startsWith(JavaRuntime.GUEST_HOME))) {
            mounts.add(bind(JavaRuntime.GUEST_HOME, java));
        }
        if (cache != null) {
            mounts.add(bind(JavaRuntime.GUEST_CACHE, cache));
        }
        return mounts;
    }

    private static Map<String, Object> bind(String destination, Path source) {
        return mount(destination, "bind", source.toString(), List.of("bind", "ro", "nosuid", "nodev", "private"));
    }

    private static Map<String, Object> mount(String destination, String type, String source, List<String> options) {
        return Map.of("destination", destination, "type", type, "source", source, "options", options);
    }

    private Map<String, Object> linux(OciSettings settings) {
        List<Map<String, Object>> named = new ArrayList<>();
        for (String type : List.of("pid", "mount", "ipc", "uts", "cgroup")) {
            named.add(Map.of("type", type));
        }
        Map<String, Object> linux = new LinkedHashMap<>();
        linux.put("namespaces", named);
        if (namespaces != null) {
            named.add(Map.of("type", "user"));
            named.add(Map.of("type", "network", "path", namespaces.network().toString()));
            List<Map<String, Object>> mapping =
                    List.of(Map.of("containerID", 0, "hostID", namespaces.hostId(), "size", IDS_PER_SANDBOX));
            linux.put("uidMappings", mapping);
            linux.put("gidMappings", mapping);
        }
        linux.put("cgroupsPath", cgroup);
        linux.put("resources", resources(settings));
        linux.put("seccomp", SECCOMP);
        linux.put("maskedPaths", MASKED);
        linux.put("readonlyPaths", READ_ONLY);
        linux.put("rootfsPropagation", "rslave");
        return linux;
    }

    private Map<String, Object> resources(OciSettings settings) {
        long memory = (long) memoryMb << 20;
        // The init phase has a whole core at least, as on Lambda; the sandbox lowers it afterwards.
        int quota = Math.max(Cgroups.CPU_PERIOD_MICROS, Cgroups.quotaMicros(memoryMb));
        return Map.of(
                "memory",
                Map.of("limit", memory, "swap", memory),
                "cpu",
                Map.of("quota", quota, "period", Cgroups.CPU_PERIOD_MICROS, "shares", Cgroups.shares(memoryMb)),
                "pids",
                Map.of("limit", settings.maxProcesses()),
                "devices",
                List.of(Map.of("allow", false, "access", "rwm")));
    }
}
