/** What the invoker tells about its load. */
@NullMarked
package dev.mayfly.invoker.load;

import org.jspecify.annotations.NullMarked;
