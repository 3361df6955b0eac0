/** What becomes of asynchronous events: retries, ages and destinations. */
@NullMarked
package dev.mayfly.registry.asynchronous;

import org.jspecify.annotations.NullMarked;
