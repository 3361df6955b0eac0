/** How services know that a request was authenticated: sealed, short-lived vouchers that the gateway attaches. */
@NullMarked
package dev.mayfly.contracts.trust;

import org.jspecify.annotations.NullMarked;
