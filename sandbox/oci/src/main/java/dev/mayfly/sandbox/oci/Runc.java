package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.linux.GuestProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code runc}, the reference OCI runtime: a container of the machine's kernel. */
final class Runc implements OciRuntime {
    private final Path program;
    private final Path state;

    Runc(Path program, Path state) {
        this.program = program;
        this.state = state;
    }

    @Override
    public int memoryMb(int functionMb) {
        return functionMb;
    }

    @Override
    public String version() throws IOException, InterruptedException {
        return Program.firstLine(List.of(program.toString(), "--version")).replace("version ", "");
    }

    @Override
    public int processes(int functionProcesses) {
        return functionProcesses;
    }

    @Override
    public boolean makesCgroups() {
        return true;
    }

    @Override
    public boolean seesMountsOnRoots() {
        return true;
    }

    @Override
    public void terminate(Order order, GuestProcess first) {
        first.terminate();
    }

    @Override
    public boolean entersNamespaces() {
        return true;
    }

    @Override
    public int run(Order order) throws IOException, InterruptedException {
        Path log = order.bundle().resolve("runtime.log");
        Path pidFile = order.bundle().resolve("pid");
        Process process = new ProcessBuilder(
                        program.toString(),
                        "--root",
                        state.toString(),
                        "--log",
                        log.toString(),
                        "run",
                        "--detach",
                        "--bundle",
                        order.bundle().toString(),
                        "--pid-file",
                        pidFile.toString(),
                        order.id())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(Path.of(order.output()).toFile())
                .redirectError(Path.of(order.output()).toFile())
                .start();
        Program.awaitDetached(process, "runc", log);
        return Integer.parseInt(Files.readString(pidFile).strip());
    }

    /** runc keeps no more than this directory: the cgroup is ours to remove, the mounts went with their namespace. */
    @Override
    public void forget(String id, long hostId) {
        Home.delete(state.resolve(id));
    }
}
