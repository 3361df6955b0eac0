/** Where the time of invocations went, kept by day. */
@NullMarked
package dev.mayfly.observability.traces;

import org.jspecify.annotations.NullMarked;
