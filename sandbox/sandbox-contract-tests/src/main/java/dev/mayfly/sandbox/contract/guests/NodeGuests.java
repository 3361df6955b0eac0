package dev.mayfly.sandbox.contract.guests;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.contract.Behaviour;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Guests in JavaScript.
 *
 * @param runtime e.g. {@code nodejs20.x}
 */
public record NodeGuests(String runtime) implements Guests {
    public NodeGuests() {
        this("nodejs20.x");
    }

    @Override
    public @Nullable FunctionCode guest(Behaviour behaviour, Path folder) throws IOException {
        String source = switch (behaviour) {
            case FORK_BOMB, SYSTEM_CALL, RUNTIME_API -> null; // not in JavaScript; not on its link
            case INIT_FAILS -> "throw new Error('boom');";
            case INIT_EXITS -> "process.exit(4);";
            case INIT_HANGS -> "while (true);";
            case SYNTAX_ERROR -> "exports.syntax_error = async ( => 1;";
            default -> GuestSource.resource("index.js");
        };
        return source == null ? null : GuestSource.of("index.js", source).write(folder, runtime, behaviour);
    }
}
