package dev.mayfly.contracts.function;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a function that is deployed as an image puts over the image's own configuration. Empty and null leave that as it is.
 *
 * @param entryPoint instead of the image's {@code ENTRYPOINT}
 * @param command instead of the image's {@code CMD}
 * @param workingDirectory instead of the image's {@code WORKDIR}
 */
public record ImageConfig(
        List<String> entryPoint,
        List<String> command,
        @Nullable String workingDirectory) {
    /** Nothing but the image's own. */
    public static final ImageConfig NONE = new ImageConfig(List.of(), List.of(), null);

    public ImageConfig {
        entryPoint = List.copyOf(Objects.requireNonNullElse(entryPoint, List.of()));
        command = List.copyOf(Objects.requireNonNullElse(command, List.of()));
    }
}
