/** Changes of functions on their way to Kafka. */
@NullMarked
package dev.mayfly.registry.publication;

import org.jspecify.annotations.NullMarked;
