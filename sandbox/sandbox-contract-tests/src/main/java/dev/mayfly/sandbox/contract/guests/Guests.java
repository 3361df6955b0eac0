package dev.mayfly.sandbox.contract.guests;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.contract.Behaviour;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Guests in one language: one source, in which each behaviour is a handler of its own, and a few sources that fail to load.
 */
public sealed interface Guests permits NodeGuests, PythonGuests, ProvidedGuests {
    /**
     * Writes the guest that behaves so into {@code folder}.
     *
     * @return null when the language has none for it
     */
    @Nullable
    FunctionCode guest(Behaviour behaviour, Path folder) throws IOException;
}
