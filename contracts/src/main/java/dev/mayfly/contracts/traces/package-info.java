/** Where the time of invocations went. */
@NullMarked
package dev.mayfly.contracts.traces;

import org.jspecify.annotations.NullMarked;
