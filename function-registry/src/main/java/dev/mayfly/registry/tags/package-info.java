/** Tags, whatever they are on. */
@NullMarked
package dev.mayfly.registry.tags;

import org.jspecify.annotations.NullMarked;
