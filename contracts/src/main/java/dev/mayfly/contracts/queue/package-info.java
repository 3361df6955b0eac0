/** The queue of asynchronous invocations: its events, what becomes of them, and what people order. */
@NullMarked
package dev.mayfly.contracts.queue;

import org.jspecify.annotations.NullMarked;
