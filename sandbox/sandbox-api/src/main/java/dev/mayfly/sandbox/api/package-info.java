/** The port that every sandbox technology implements, and nothing else. */
@NullMarked
package dev.mayfly.sandbox.api;

import org.jspecify.annotations.NullMarked;
