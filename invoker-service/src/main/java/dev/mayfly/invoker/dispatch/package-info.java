/** From an order to its outcome: admission, choice of the host, waiting for room. */
@NullMarked
package dev.mayfly.invoker.dispatch;

import org.jspecify.annotations.NullMarked;
