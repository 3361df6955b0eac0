/** What the autoscaler hears and says. */
@NullMarked
package dev.mayfly.contracts.scaling;

import org.jspecify.annotations.NullMarked;
