package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.linux.GuestProcess;
import dev.mayfly.sandbox.linux.Linux;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code runsc}, gVisor's OCI runtime: a kernel in user space between the guest and the machine's. All of it, its file
 * server too, runs in a user namespace of the sandbox: nothing of it is root on the machine.
 */
final class Runsc implements OciRuntime {
    /** What gVisor's kernel and its file server use themselves. */
    private static final int OVERHEAD_MB = 96;

    /** In the bundle. */
    private static final String STATE = "state";

    private static final int ASKING_SECONDS = 5;

    private static final int OVERHEAD_THREADS = 128;
    /** A thread of the guest is one of gVisor's kernel and one that runs the guest's instructions. */
    private static final int THREADS_EACH = 2;

    /**
     * gVisor's kernel takes a descriptor's flags from the host and then makes the host's file non-blocking: were output and error one open
     * file, the guest would find the second of them non-blocking, and writing fail when the log's reader is slow. So error is opened anew.
     */
    private static final String WITH_ERROR_OF_ITS_OWN = "exec \"$@\" 3>/proc/self/fd/1";

    private static final String IN_NAMESPACES = "echo ready >&2; read go; "
            + "exec setpriv --reuid 0 --regid 0 --clear-groups --inh-caps=-all --ambient-caps=-all \"$@\" 2>&3 3>&- </dev/null";

    private final Path program;
    private final String platform;

    /**
     * @param platform how system calls are caught: {@code systrap}, {@code kvm} or {@code ptrace}
     */
    Runsc(Path program, String platform) {
        this.program = program;
        this.platform = platform;
    }

    @Override
    public int memoryMb(int functionMb) {
        return functionMb + OVERHEAD_MB;
    }

    @Override
    public int processes(int functionProcesses) {
        return THREADS_EACH * functionProcesses + OVERHEAD_THREADS;
    }

    /** Its own handling of cgroups does not know hybrid layouts. */
    @Override
    public boolean makesCgroups() {
        return false;
    }

    @Override
    public boolean seesMountsOnRoots() {
        return false;
    }

    /**
     * The first process is gVisor's kernel, which a signal would end. It takes orders for its guest at a socket in the sandbox's network
     * namespace; who gives them has the sandbox's user id and no rights, since what answers may be the guest's by then.
     */
    @Override
    public void terminate(Order order, GuestProcess first) throws IOException {
        String user = Long.toString(order.hostId());
        Process asking = new ProcessBuilder(
                        "nsenter",
                        "--net=" + order.network(),
                        "setpriv",
                        "--reuid",
                        user,
                        "--regid",
                        user,
                        "--clear-groups",
                        "--bounding-set=-all",
                        "--no-new-privs",
                        program.toString(),
                        "--root",
                        order.bundle().resolve(STATE).toString(),
                        "kill",
                        order.id(),
                        "TERM")
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        asking.onExit()
                .completeOnTimeout(asking, ASKING_SECONDS, TimeUnit.SECONDS)
                .thenAccept(Process::destroyForcibly);
    }

    @Override
    public boolean entersNamespaces() {
        return false;
    }

    @Override
    public String version() throws IOException, InterruptedException {
        return Program.firstLine(List.of(program.toString(), "--version")).replace("version ", "") + ", platform "
                + platform;
    }

    @Override
    public int run(Order order) throws IOException, InterruptedException {
        Path state = order.bundle().resolve(STATE);
        Files.createDirectory(state);
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx------"));
        for (Path owned : List.of(state, order.bundle().resolve("config.json"))) {
            Files.setAttribute(owned, "unix:uid", (int) order.hostId());
            Files.setAttribute(owned, "unix:gid", (int) order.hostId());
        }
        Path log = state.resolve("runtime.log");
        Path pidFile = state.resolve("pid");
        Process process = new ProcessBuilder(command(order, state, log, pidFile))
                .redirectOutput(Path.of(order.output()).toFile())
                .start();
        try (var errors = process.errorReader(StandardCharsets.UTF_8)) {
            mapUsers(process, errors, order.hostId());
            Program.awaitDetached(process, "runsc", log);
        }
        int pid = Integer.parseInt(Files.readString(pidFile).strip());
        // When memory runs out it must be gVisor's kernel that dies: without one of the others it would wait for ever.
        Files.writeString(Path.of("/proc", Integer.toString(pid), "oom_score_adj"), "1000");
        return pid;
    }

    private List<String> command(Order order, Path state, Path log, Path pidFile) {
        StringBuilder enter = new StringBuilder("echo " + Bundle.OOM_SCORE + " >/proc/self/oom_score_adj && ");
        order.cgroup()
                .doors()
                .forEach(door -> enter.append("echo $$ >'").append(door).append("' && "));
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", enter + WITH_ERROR_OF_ITS_OWN, "enter"));
        command.addAll(List.of(
                "nsenter",
                "--net=" + order.network(),
                "unshare",
                "--user",
                "--keep-caps",
                "/bin/sh",
                "-c",
                IN_NAMESPACES,
                "runsc"));
        command.addAll(List.of(
                program.toString(),
                "--root",
                state.toString(),
                "--log",
                log.toString(),
                "--platform=" + platform,
                // The namespace has a loopback interface and nothing else: see NetworkNamespace.
                "--network=host",
                "--ignore-cgroups",
                "--fsgofer-host-uds",
                "run",
                "--detach",
                "--bundle",
                order.bundle().toString(),
                "--pid-file",
                pidFile.toString(),
                order.id()));
        return command;
    }

    private static void mapUsers(Process process, BufferedReader errors, long hostId) throws IOException {
        String first = errors.readLine();
        if (!"ready".equals(first)) {
            process.destroyForcibly();
            throw new IOException("runsc: no user namespace: " + first);
        }
        String map = "0 " + hostId + " " + Bundle.IDS_PER_SANDBOX + "\n";
        Files.writeString(Path.of("/proc", Long.toString(process.pid()), "uid_map"), map);
        Files.writeString(Path.of("/proc", Long.toString(process.pid()), "gid_map"), map);
        try (var go = process.outputWriter(StandardCharsets.UTF_8)) {
            go.write("go\n");
        }
    }

    /**
     * All that it keeps lies in the bundle. But its file server, and the processes in which it ran the guest's, become
     * children of ours when it ends; nobody else has the sandbox's user ids.
     */
    @Override
    public void forget(String id, long hostId) {
        ProcessHandle.current()
                .children()
                .map(ProcessHandle::pid)
                .filter(child -> isOf(child, hostId))
                .forEach(child -> Linux.reap(Math.toIntExact(child)));
    }

    private static boolean isOf(long process, long hostId) {
        try {
            long owner =
                    ((Number) Files.getAttribute(Path.of("/proc", Long.toString(process)), "unix:uid")).longValue();
            return owner >= hostId && owner < hostId + Bundle.IDS_PER_SANDBOX;
        } catch (IOException e) {
            return false; // gone: it was another's
        }
    }
}
