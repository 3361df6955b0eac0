/** Objects in customers' buckets. */
@NullMarked
package dev.mayfly.invoker.objects;

import org.jspecify.annotations.NullMarked;
