/** The queue of asynchronous invocations made visible: what waits, what runs, what was given up, and orders about it. */
@NullMarked
package dev.mayfly.observability.queue;

import org.jspecify.annotations.NullMarked;
