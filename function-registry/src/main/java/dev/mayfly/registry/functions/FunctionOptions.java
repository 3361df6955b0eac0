package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.FileSystemMount;
import dev.mayfly.contracts.function.ImageConfig;
import dev.mayfly.contracts.function.LogSettings;
import dev.mayfly.registry.layers.LayerUse;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The part of a function's configuration that few functions set.
 *
 * @param layers at most 5, merged in this order
 * @param logging null: text to the function's own group
 * @param tracing whether the tracing mode is {@code Active}
 * @param deadLetterArn what {@link dev.mayfly.contracts.function.Destination} reads, or null
 * @param snapStart whether published versions are restored from snapshots
 * @param image what is put over the image's configuration, or null
 * @param fileSystems volumes that it sees as folders, at most one
 */
record FunctionOptions(
        List<LayerUse> layers,
        @Nullable LogSettings logging,
        boolean tracing,
        @Nullable String deadLetterArn,
        boolean snapStart,
        @Nullable ImageConfig image,
        List<FileSystemMount> fileSystems) {
    static final FunctionOptions NONE = new FunctionOptions(List.of(), null, false, null, false, null, List.of());

    FunctionOptions {
        layers = List.copyOf(Objects.requireNonNullElse(layers, List.of()));
        fileSystems = List.copyOf(Objects.requireNonNullElse(fileSystems, List.of()));
    }

    FunctionOptions with(List<LayerUse> layers) {
        return new FunctionOptions(layers, logging, tracing, deadLetterArn, snapStart, image, fileSystems);
    }
}
