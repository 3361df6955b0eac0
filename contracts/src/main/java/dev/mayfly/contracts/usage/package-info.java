/** What is billed: usage events and the journal that carries them to Kafka. */
@NullMarked
package dev.mayfly.contracts.usage;

import org.jspecify.annotations.NullMarked;
