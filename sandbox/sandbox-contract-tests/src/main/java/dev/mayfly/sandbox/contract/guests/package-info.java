/** Guests in the languages that process sandboxes run, shared by every technology that runs processes. */
@NullMarked
package dev.mayfly.sandbox.contract.guests;

import org.jspecify.annotations.NullMarked;
