package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.guest.GuestEnvironment;
import dev.mayfly.sandbox.guest.Runtimes;
import dev.mayfly.sandbox.linux.GuestProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A container that is run to its end to see whether containers work here. */
final class Trial {
    private static final int SECONDS = 10;
    private static final int MEMORY_MB = 128;
    private static final int TMP_MB = 16;
    private static final InetSocketAddress NOWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);

    private Trial() {}

    /** Null when it works, else what went wrong. */
    static @Nullable String run(Container.Ground ground) throws IOException, InterruptedException {
        var output = new StringJoiner(" ");
        var spec = new SandboxSpec(
                "check-" + UUID.randomUUID().toString().substring(0, 8),
                new FunctionCode(Path.of("/usr/share"), "", Runtimes.PROVIDED, ""),
                Map.of(),
                MEMORY_MB,
                TMP_MB,
                Duration.ofSeconds(SECONDS),
                NOWHERE,
                false,
                output::add);
        try (Container container = Container.create(ground, spec.id(), false, TMP_MB, null)) {
            container.give(spec);
            container.run(List.of("/usr/bin/id", "-u"), GuestEnvironment.ofRuntime(Runtimes.PROVIDED), spec.memoryMb());
            GuestProcess.Exit exit = container.awaitExit(SECONDS, TimeUnit.SECONDS);
            container.flushLog();
            if (exit == null) {
                return "A container that was tried did not end within " + SECONDS + " s";
            }
            boolean worked = exit.waitStatus() == 0 && output.toString().equals(Integer.toString(Bundle.GUEST_ID));
            return worked ? null : "A container that was tried ended with " + exit.description() + ": " + output;
        }
    }
}
