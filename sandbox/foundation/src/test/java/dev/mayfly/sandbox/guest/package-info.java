/** Tests of what functions meet in their sandboxes. */
@NullMarked
package dev.mayfly.sandbox.guest;

import org.jspecify.annotations.NullMarked;
