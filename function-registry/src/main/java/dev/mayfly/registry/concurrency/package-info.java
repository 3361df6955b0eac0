/** How many invocations of a function may run at once, and how many sandboxes are kept ready. */
@NullMarked
package dev.mayfly.registry.concurrency;

import org.jspecify.annotations.NullMarked;
