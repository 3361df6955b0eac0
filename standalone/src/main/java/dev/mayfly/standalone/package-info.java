/** The whole suite on one machine: what it consists of, how it starts, is watched and stops. */
@NullMarked
package dev.mayfly.standalone;

import org.jspecify.annotations.NullMarked;
