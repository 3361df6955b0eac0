package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.layers.LayerUse;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Embeddable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A function's configuration.
 *
 * @param runtime {@link FunctionVersion#IMAGE_RUNTIME} for images
 * @param handler null for WebAssembly where the zip's only module is meant, and for images
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
        Map<String, String> environment,

        @Convert(converter = JsonColumns.Options.class) @Column(name = "options")
        FunctionOptions options) {

    FunctionSettings {
        environment = Map.copyOf(environment);
    }

    boolean isImage() {
        return runtime.equals(FunctionVersion.IMAGE_RUNTIME);
    }

    FunctionSettings with(List<LayerUse> layers) {
        if (!layers.isEmpty() && Runtimes.isWasm(runtime)) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "Layers do not go with the runtime " + runtime + ", whose modules see no /opt.");
        }
        return new FunctionSettings(
                runtime,
                handler,
                roleArn,
                description,
                memoryMb,
                timeoutSeconds,
                ephemeralStorageMb,
                environment,
                options.with(layers));
    }
}
