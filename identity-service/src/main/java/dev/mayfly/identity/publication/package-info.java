/** Tells the rest of the suite about accounts and access keys, through Kafka, without losing a change. */
@NullMarked
package dev.mayfly.identity.publication;

import org.jspecify.annotations.NullMarked;
