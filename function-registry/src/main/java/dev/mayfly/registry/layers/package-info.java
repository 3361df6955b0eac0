/** Layers: code that functions share, in immutable versions, and who may use them. */
@NullMarked
package dev.mayfly.registry.layers;

import org.jspecify.annotations.NullMarked;
