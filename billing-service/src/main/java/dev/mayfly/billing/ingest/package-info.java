/** From Kafka into the ledger, exactly once. */
@NullMarked
package dev.mayfly.billing.ingest;

import org.jspecify.annotations.NullMarked;
