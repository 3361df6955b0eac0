/** Which functions there are, and how clients name them. */
@NullMarked
package dev.mayfly.invoker.functions;

import org.jspecify.annotations.NullMarked;
