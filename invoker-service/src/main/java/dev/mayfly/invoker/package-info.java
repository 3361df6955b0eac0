/** Admits invocations, queues them, finds a host for each and returns the answer. */
@NullMarked
package dev.mayfly.invoker;

import org.jspecify.annotations.NullMarked;
