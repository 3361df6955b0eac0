package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.linux.Cgroups;
import java.io.IOException;
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
    public int run(String id, Path bundle, String output, Cgroups.Cgroup cgroup)
            throws IOException, InterruptedException {
        return Program.runDetached(
                List.of(
                        program.toString(),
                        "--root",
                        state.toString(),
                        "--log",
                        bundle.resolve("runtime.log").toString(),
                        "run",
                        "--detach"),
                id,
                bundle,
                output);
    }

    /** runc keeps no more than this directory: the cgroup is ours to remove, the mounts went with their namespace. */
    @Override
    public void forget(String id) {
        Home.delete(state.resolve(id));
    }
}
