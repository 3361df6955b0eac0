/** Hot paths as ratios to a baseline that is measured in the same run. */
@NullMarked
package dev.mayfly.benchmarks;

import org.jspecify.annotations.NullMarked;
