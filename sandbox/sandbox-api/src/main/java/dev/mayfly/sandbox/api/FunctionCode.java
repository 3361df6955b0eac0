package dev.mayfly.sandbox.api;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Code as it lies on this machine, unpacked and read-only.
 *
 * @param directory the root of the unpacked zip, or of the image's file system
 * @param sha256 hex digest of all of it: two codes with one digest are equal
 * @param runtime e.g. {@code nodejs20.x}
 * @param handler as deployed
 * @param layers what the function sees as {@code /opt}; null when it has no layers
 * @param image what is run of an image; null when the code is a zip
 */
public record FunctionCode(
        Path directory,
        String sha256,
        String runtime,
        String handler,
        @Nullable Path layers,
        @Nullable ImageProgram image) {
    /**
     * In the directory of a function in Java: the zip itself. Classes are loaded from it, since only those of jar files can be
     * in an ahead-of-time cache.
     */
    public static final String JAR = ".mayfly.jar";

    /** A zip without layers. */
    public FunctionCode(Path directory, String sha256, String runtime, String handler) {
        this(directory, sha256, runtime, handler, null, null);
    }
}
