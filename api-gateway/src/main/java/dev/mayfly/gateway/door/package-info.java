/** The way through the gateway: classify, authenticate, vouch, forward. */
@NullMarked
package dev.mayfly.gateway.door;

import org.jspecify.annotations.NullMarked;
