/** Virtual machines under test. */
@NullMarked
package dev.mayfly.sandbox.microvm;

import org.jspecify.annotations.NullMarked;
