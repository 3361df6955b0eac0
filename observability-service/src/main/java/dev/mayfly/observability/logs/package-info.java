/** What functions wrote: taken in from Kafka, shown as CloudWatch Logs does and under {@code /v1/functions/{name}/logs}. */
@NullMarked
package dev.mayfly.observability.logs;

import org.jspecify.annotations.NullMarked;
