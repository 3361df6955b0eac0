/** The billing service: where it starts and what can be set. */
@NullMarked
package dev.mayfly.billing;

import org.jspecify.annotations.NullMarked;
