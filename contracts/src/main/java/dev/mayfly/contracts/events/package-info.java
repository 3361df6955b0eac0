/** How records travel on Kafka: topics, the CloudEvents binding and compacted views. */
@NullMarked
package dev.mayfly.contracts.events;

import org.jspecify.annotations.NullMarked;
