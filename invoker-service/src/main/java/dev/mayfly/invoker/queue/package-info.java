/** Asynchronous invocations: accepted, delivered, retried, given up. */
@NullMarked
package dev.mayfly.invoker.queue;

import org.jspecify.annotations.NullMarked;
