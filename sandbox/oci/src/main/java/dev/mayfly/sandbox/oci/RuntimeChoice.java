package dev.mayfly.sandbox.oci;

import dev.mayfly.contracts.function.Isolation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
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
        private static final List<String> PLATFORMS = List.of("systrap", "kvm", "ptrace");

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

        /**
         * What worked is remembered until the machine starts again: a platform that does not work may take its whole time
         * limit to show that.
         */
        @Override
        public OciRuntime choose(Path state, Test test) throws IOException, InterruptedException {
            Path program = Objects.requireNonNull(Program.find("runsc"), "runsc");
            Path memory = state.resolveSibling("../gvisor-platform").normalize();
            String version = new Runsc(program, "").version();
            List<String> candidates = new ArrayList<>(PLATFORMS);
            if (Files.exists(memory)) {
                List<String> remembered = Files.readAllLines(memory);
                if (remembered.size() == 2 && remembered.getFirst().equals(version)) {
                    candidates.addFirst(remembered.getLast());
                }
            }
            StringJoiner failures = new StringJoiner("; ");
            for (String platform : candidates) {
                if (platform.equals("kvm") && !Files.exists(Path.of("/dev/kvm"))) {
                    continue;
                }
                Runsc candidate = new Runsc(program, platform);
                String failure = failureOf(candidate, test);
                if (failure == null) {
                    Files.write(memory, List.of(version, platform));
                    return candidate;
                }
                failures.add(platform + ": " + failure);
            }
            throw new IOException("gVisor works on no platform here: " + failures);
        }

        private static @Nullable String failureOf(OciRuntime candidate, Test test) throws InterruptedException {
            try {
                return test.failureOf(candidate);
            } catch (IOException e) {
                return e.toString();
            }
        }
    }
}
