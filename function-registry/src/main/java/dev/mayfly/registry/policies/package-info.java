/** Resource policies: who else may act on a function. */
@NullMarked
package dev.mayfly.registry.policies;

import org.jspecify.annotations.NullMarked;
