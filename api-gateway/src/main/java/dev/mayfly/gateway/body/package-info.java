/** Request bodies whose digest the client did not send. */
@NullMarked
package dev.mayfly.gateway.body;

import org.jspecify.annotations.NullMarked;
