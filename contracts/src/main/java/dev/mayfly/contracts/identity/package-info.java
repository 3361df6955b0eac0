/** Who calls: accounts, access keys, roles, and the temporary credentials of functions. */
@NullMarked
package dev.mayfly.contracts.identity;

import org.jspecify.annotations.NullMarked;
