/** Meters, prices and exact costs. */
@NullMarked
package dev.mayfly.billing.rating;

import org.jspecify.annotations.NullMarked;
