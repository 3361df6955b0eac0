/** Real Kafka and PostgreSQL for tests, started once a JVM. */
@NullMarked
package dev.mayfly.testing;

import org.jspecify.annotations.NullMarked;
