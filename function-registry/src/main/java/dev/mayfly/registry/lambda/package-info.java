/** The Lambda REST protocol: names, errors, constraints, bodies and who may call. */
@NullMarked
package dev.mayfly.registry.lambda;

import org.jspecify.annotations.NullMarked;
