/** Turns load into the number of sandboxes that each function should have. */
@NullMarked
package dev.mayfly.autoscaler;

import org.jspecify.annotations.NullMarked;
