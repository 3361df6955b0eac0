/** How a Kafka topic becomes tables: read in order, written in batches, committed together with how far was read. */
@NullMarked
package dev.mayfly.observability.projection;

import org.jspecify.annotations.NullMarked;
