/** Which sandbox hosts there are, and how they are asked. */
@NullMarked
package dev.mayfly.invoker.hosts;

import org.jspecify.annotations.NullMarked;
