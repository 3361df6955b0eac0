/** What accounts demand of their functions. */
@NullMarked
package dev.mayfly.registry.accounts;

import org.jspecify.annotations.NullMarked;
