/** Function logs on their way to Kafka. */
@NullMarked
package dev.mayfly.host.log;

import org.jspecify.annotations.NullMarked;
