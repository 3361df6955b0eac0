package dev.mayfly.sandbox.contract.guests;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.contract.Behaviour;
import java.io.IOException;
import java.nio.file.Path;

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
    public FunctionCode guest(Behaviour behaviour, Path folder) throws IOException {
        return GuestSource.of("index.py", source(behaviour)).write(folder, runtime, behaviour);
    }

    static String source(Behaviour behaviour) throws IOException {
        return switch (behaviour) {
            case INIT_FAILS -> "raise ValueError('boom')";
            case INIT_EXITS -> "import sys\nsys.exit(4)";
            case INIT_HANGS -> "while True: pass";
            case SYNTAX_ERROR -> "def syntax_error(event, context:\n    return 1\n";
            default -> GuestSource.resource("index.py");
        };
    }
}
