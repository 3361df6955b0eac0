package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.linux.Cgroups;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code runsc}, gVisor's OCI runtime: a kernel in user space between the guest and the machine's. */
final class Runsc implements OciRuntime {
    /** What gVisor's kernel and its file server use themselves. */
    private static final int OVERHEAD_MB = 96;

    private final Path program;
    private final Path state;
    private final String platform;

    /**
     * @param platform how system calls are caught: {@code systrap}, {@code kvm} or {@code ptrace}
     */
    Runsc(Path program, Path state, String platform) {
        this.program = program;
        this.state = state;
        this.platform = platform;
    }

    @Override
    public int memoryMb(int functionMb) {
        return functionMb + OVERHEAD_MB;
    }

    @Override
    public String version() throws IOException, InterruptedException {
        return Program.firstLine(List.of(program.toString(), "--version")).replace("version ", "") + ", platform "
                + platform;
    }

    /** Its own handling of cgroups does not know hybrid layouts: the processes enter ours before they become runsc. */
    @Override
    public int run(String id, Path bundle, String output, Cgroups.Cgroup cgroup)
            throws IOException, InterruptedException {
        cgroup.create();
        StringBuilder enter = new StringBuilder();
        cgroup.doors().forEach(door -> enter.append("echo $$ >'").append(door).append("' && "));
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", enter + "exec \"$@\"", "runsc"));
        command.addAll(List.of(
                program.toString(),
                "--root",
                state.toString(),
                "--log",
                bundle.resolve("runtime.log").toString(),
                "--platform=" + platform,
                "--network=host",
                "--ignore-cgroups",
                "--fsgofer-host-uds",
                "run",
                "--detach"));
        return Program.runDetached(command, id, bundle, output);
    }

    @Override
    public void forget(String id) {
        Home.delete(state.resolve(id));
    }
}
