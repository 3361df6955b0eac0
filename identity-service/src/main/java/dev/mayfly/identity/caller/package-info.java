/** Who calls: what the voucher says, refusals, and STS's answer to that very question. */
@NullMarked
package dev.mayfly.identity.caller;

import org.jspecify.annotations.NullMarked;
