/** What invokes functions by itself: pollers of Kafka topics, events of buckets, schedules. */
@NullMarked
package dev.mayfly.invoker.sources;

import org.jspecify.annotations.NullMarked;
