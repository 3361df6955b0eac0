/** Names for versions of functions, and what share of their invocations goes to which. */
@NullMarked
package dev.mayfly.registry.aliases;

import org.jspecify.annotations.NullMarked;
