/** Requests that the gateway answers itself, in the shape of the protocol they came in. */
@NullMarked
package dev.mayfly.gateway.refusal;

import org.jspecify.annotations.NullMarked;
