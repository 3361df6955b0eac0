/** What is told to the rest of the suite: usage, and object events through an outbox. */
@NullMarked
package dev.mayfly.objects.metering;

import org.jspecify.annotations.NullMarked;
