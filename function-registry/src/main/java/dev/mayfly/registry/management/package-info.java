/** What else is said about functions, and what Mayfly has none of. */
@NullMarked
package dev.mayfly.registry.management;

import org.jspecify.annotations.NullMarked;
