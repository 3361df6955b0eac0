package dev.mayfly.sandbox.contract.guests;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.contract.Behaviour;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Guests in Python.
 *
 * @param runtime e.g. {@code python3.11}
 */
public record PythonGuests(String runtime) implements Guests {
    public PythonGuests() {
        this("python3.11");
    }

    @Override
    public @Nullable FunctionCode guest(Behaviour behaviour, Path folder) throws IOException {
        return behaviour == Behaviour.RUNTIME_API || behaviour == Behaviour.STREAM // not its link; not in Python
                ? null
                : new GuestSource(files(behaviour)).write(folder, runtime, behaviour);
    }

    static Map<String, String> files(Behaviour behaviour) throws IOException {
        String source = switch (behaviour) {
            case INIT_FAILS -> "raise ValueError('boom')";
            case INIT_EXITS -> "import sys\nsys.exit(4)";
            case INIT_HANGS -> "while True: pass";
            case SYNTAX_ERROR -> "def syntax_error(event, context:\n    return 1\n";
            default -> GuestSource.resource("index.py");
        };
        return Map.of(
                "index.py",
                source,
                "probes.py",
                GuestSource.resource("probes.py"),
                "syscalls.py",
                GuestSource.resource("syscalls.py"));
    }
}
