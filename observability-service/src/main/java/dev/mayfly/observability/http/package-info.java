/** What the answers of this service's own API have in common. */
@NullMarked
package dev.mayfly.observability.http;

import org.jspecify.annotations.NullMarked;
