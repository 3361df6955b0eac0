/** Whose keys there are: the compacted topic in memory, identity-service on a miss, sessions from their tokens. */
@NullMarked
package dev.mayfly.gateway.keys;

import org.jspecify.annotations.NullMarked;
