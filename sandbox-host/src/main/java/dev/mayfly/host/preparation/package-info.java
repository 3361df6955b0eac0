/** The order to make a function version ready ahead of its first invocation. */
@NullMarked
package dev.mayfly.host.preparation;

import org.jspecify.annotations.NullMarked;
