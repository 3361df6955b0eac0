package dev.mayfly.sandbox.oci;

import dev.mayfly.contracts.function.Isolation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which program makes the sandboxes of a tier, and how. */
sealed interface RuntimeChoice {
    Isolation isolation();

    boolean isInstalled();

    /** What to do when it is not. */
    String advice();

    /** What a shell takes of the machine, in MB: its runtime before it has a function. */
    int shellMb();

    /** Runs something under a candidate; null when that works, else what went wrong. */
    @FunctionalInterface
    interface Test {
        @Nullable
        String failureOf(OciRuntime candidate) throws IOException, InterruptedException;
    }

    /**
     * The best that works on this machine.
     *
     * @throws IOException with the reason when nothing does
     */
    OciRuntime choose(Path state, Test test) throws IOException, InterruptedException;

    /** On the machine's kernel. */
    record OfRunc() implements RuntimeChoice {
        @Override
        public Isolation isolation() {
            return Isolation.CONTAINER;
        }

        @Override
        public boolean isInstalled() {
            return Program.find("runc") != null;
        }

        @Override
        public String advice() {
            return "runc is not installed: apt-get install runc";
        }

        @Override
        public int shellMb() {
            return 48;
        }

        @Override
        public OciRuntime choose(Path state, Test test) {
            return new Runc(Objects.requireNonNull(Program.find("runc"), "runc"), state);
        }
    }

    /** On gVisor's kernel. */
    record OfRunsc() implements RuntimeChoice {
        /** The fastest first. */
        private static final List<String> PLATFORMS = List.of("systrap", "ptrace");

        @Override
        public Isolation isolation() {
            return Isolation.GVISOR;
        }

        @Override
        public boolean isInstalled() {
            return Program.find("runsc") != null;
        }

        @Override
        public String advice() {
            return "runsc (gVisor) is not installed: apt-get install runsc";
        }

        @Override
        public int shellMb() {
            return 112;
        }

        @Override
        public OciRuntime choose(Path state, Test test) throws IOException, InterruptedException {
            Path program = Objects.requireNonNull(Program.find("runsc"), "runsc");
            StringBuilder failures = new StringBuilder();
            for (String platform : PLATFORMS) {
                Runsc candidate = new Runsc(program, platform);
                String failure;
                try {
                    failure = test.failureOf(candidate);
                } catch (IOException e) {
                    failure = e.getMessage();
                }
                if (failure == null) {
                    return candidate;
                }
                failures.append(failures.isEmpty() ? "" : "; ")
                        .append(platform)
                        .append(": ")
                        .append(failure);
            }
            throw new IOException("gVisor works on no platform here: " + failures);
        }
    }
}
