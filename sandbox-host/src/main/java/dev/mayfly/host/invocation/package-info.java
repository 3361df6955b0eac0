/** One invocation, from the invoker's order to its answer: run, metered, logged. */
@NullMarked
package dev.mayfly.host.invocation;

import org.jspecify.annotations.NullMarked;
