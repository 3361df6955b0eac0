package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.guest.GuestEnvironment;
import dev.mayfly.sandbox.guest.ShellPool;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Containers whose runtime is up and waits for a function. */
final class Shells implements AutoCloseable {
    private static final int MEMORY_MB = 256;
    private static final int TMP_MB = 512;

    /** Where the ground comes from. */
    @FunctionalInterface
    interface GroundSource {
        Container.Ground get() throws IOException, InterruptedException;
    }

    /** What runs a runtime. */
    @FunctionalInterface
    interface Commands {
        @Nullable
        List<String> of(String runtime);
    }

    private record Shell(Container container) implements ShellPool.Shell {
        @Override
        public boolean isAlive() {
            return container.exitNow() == null;
        }

        @Override
        public void close() {
            container.close();
        }
    }

    private final GroundSource ground;
    private final Commands commands;
    private final ShellPool<Shell> pool;

    Shells(GroundSource ground, Commands commands, int shellMb, int budgetMb) {
        this.ground = ground;
        this.commands = commands;
        this.pool = new ShellPool<>(this::make, _ -> shellMb, budgetMb);
    }

    private Shell make(String runtime) throws IOException, InterruptedException {
        List<String> command = commands.of(runtime);
        if (command == null) {
            throw new IOException("This machine does not have " + runtime);
        }
        Container container = Container.create(
                ground.get(), "shell-" + UUID.randomUUID().toString().substring(0, 13), true, TMP_MB, null);
        try {
            container.run(command, GuestEnvironment.ofRuntime(runtime), MEMORY_MB);
            container.link().awaitRuntime();
            return new Shell(container);
        } catch (IOException | InterruptedException | RuntimeException e) {
            container.close();
            throw e;
        }
    }

    void open(List<String> runtimes) {
        pool.open(runtimes);
    }

    /** A container to be given a function, or null when none is ready. */
    @Nullable
    Container take(String runtime) {
        Shell shell = pool.take(runtime);
        return shell == null ? null : shell.container();
    }

    @Override
    public void close() {
        pool.close();
    }
}
