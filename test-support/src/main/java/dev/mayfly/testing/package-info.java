/** Real Kafka and PostgreSQL for tests, started once a JVM, and what tests of several modules assert. */
@NullMarked
package dev.mayfly.testing;

import org.jspecify.annotations.NullMarked;
