/** Accounts, and the first of them. */
@NullMarked
package dev.mayfly.identity.account;

import org.jspecify.annotations.NullMarked;
