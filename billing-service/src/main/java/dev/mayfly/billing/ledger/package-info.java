/** The ledger itself: append-only lines. */
@NullMarked
package dev.mayfly.billing.ledger;

import org.jspecify.annotations.NullMarked;
