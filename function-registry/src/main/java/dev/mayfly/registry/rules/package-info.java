/** How functions are invoked, apart from their code, as the invokers are told. */
@NullMarked
package dev.mayfly.registry.rules;

import org.jspecify.annotations.NullMarked;
