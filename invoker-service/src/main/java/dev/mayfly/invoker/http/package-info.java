/** The Lambda Invoke operation on HTTP. */
@NullMarked
package dev.mayfly.invoker.http;

import org.jspecify.annotations.NullMarked;
