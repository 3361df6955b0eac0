/** What functions write. */
@NullMarked
package dev.mayfly.contracts.logs;

import org.jspecify.annotations.NullMarked;
