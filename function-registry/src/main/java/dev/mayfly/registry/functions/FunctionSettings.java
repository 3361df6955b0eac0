package dev.mayfly.registry.functions;

import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Embeddable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A function's configuration.
 *
 * @param handler null for WebAssembly where the zip's only module is meant
 * @param memoryMb 128 - 10240
 * @param timeoutSeconds 1 - 900
 * @param ephemeralStorageMb 512 - 10240
 */
@Embeddable
record FunctionSettings(
        String runtime,
        @Nullable String handler,
        String roleArn,
        String description,
        int memoryMb,
        int timeoutSeconds,
        int ephemeralStorageMb,

        @Convert(converter = JsonColumns.Environment.class) @Column(name = "environment")
        Map<String, String> environment) {

    FunctionSettings {
        environment = Map.copyOf(environment);
    }
}
