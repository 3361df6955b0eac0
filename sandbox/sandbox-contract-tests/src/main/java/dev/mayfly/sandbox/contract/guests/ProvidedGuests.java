package dev.mayfly.sandbox.contract.guests;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.contract.Behaviour;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The guests in Python behind a runtime of their own: a small client of the HTTP Runtime API. */
public record ProvidedGuests() implements Guests {
    @Override
    public @Nullable FunctionCode guest(Behaviour behaviour, Path folder) throws IOException {
        return switch (behaviour) {
            case NO_HANDLER, NO_MODULE, SYNTAX_ERROR, NOT_JSON, FRAMES -> null; // what a runtime of ours would do
            default -> {
                Map<String, String> files = new HashMap<>(PythonGuests.files(behaviour));
                files.put("bootstrap", GuestSource.resource("bootstrap"));
                yield new GuestSource(files).write(folder, "provided.al2023", behaviour);
            }
        };
    }
}
