/** What is running, waiting and written, made visible: projections of Kafka topics in PostgreSQL. */
@NullMarked
package dev.mayfly.observability;

import org.jspecify.annotations.NullMarked;
