/** Functions: their configuration, tags and life. */
@NullMarked
package dev.mayfly.registry.functions;

import org.jspecify.annotations.NullMarked;
