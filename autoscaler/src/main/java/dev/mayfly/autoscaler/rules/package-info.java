/** The rules, as functions of what was observed: no clock, no I/O. */
@NullMarked
package dev.mayfly.autoscaler.rules;

import org.jspecify.annotations.NullMarked;
