/** Functions in virtual machines of their own. */
@NullMarked
package dev.mayfly.sandbox.microvm;

import org.jspecify.annotations.NullMarked;
