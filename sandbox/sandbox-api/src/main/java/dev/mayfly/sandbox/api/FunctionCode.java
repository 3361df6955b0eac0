package dev.mayfly.sandbox.api;

import java.nio.file.Path;

/**
 * Code as it lies on this machine, unpacked and read-only.
 *
 * @param directory the root of the unpacked zip
 * @param sha256 hex digest of the zip: two codes with one digest are equal
 * @param runtime e.g. {@code nodejs20.x}
 * @param handler as deployed
 */
public record FunctionCode(Path directory, String sha256, String runtime, String handler) {}
