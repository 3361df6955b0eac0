/** What every sandbox technology promises, as abstract tests that each technology inherits. */
@NullMarked
package dev.mayfly.sandbox.contract;

import org.jspecify.annotations.NullMarked;
