/** What functions this host knows. */
@NullMarked
package dev.mayfly.host.function;

import org.jspecify.annotations.NullMarked;
