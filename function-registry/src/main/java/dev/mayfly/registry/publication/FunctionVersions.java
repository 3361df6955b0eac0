package dev.mayfly.registry.publication;

import dev.mayfly.contracts.function.FunctionVersion;
import java.util.function.Consumer;

/** All that is deployed, for the publication that each start makes of it. */
@FunctionalInterface
public interface FunctionVersions {
    void forEach(Consumer<FunctionVersion> consumer);
}
