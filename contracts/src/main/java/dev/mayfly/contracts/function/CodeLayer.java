package dev.mayfly.contracts.function;

/**
 * One layer of a function version's code: a zip of the code bucket ({@link CodeStorage}).
 *
 * @param sha256 hex digest of the zip: its name in the bucket
 * @param size bytes of the zip
 */
public record CodeLayer(String sha256, long size) {}
