package dev.mayfly.registry.layers;

import dev.mayfly.contracts.function.CodeLayer;

/**
 * A layer version that a function uses; it stays when the layer version is deleted.
 *
 * @param arn with the version's number
 * @param unzipped bytes of its files
 */
public record LayerUse(String arn, CodeLayer code, long unzipped) {}
