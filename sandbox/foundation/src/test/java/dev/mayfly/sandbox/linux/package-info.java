/** Tests of what sandboxes are on Linux. */
@NullMarked
package dev.mayfly.sandbox.linux;

import org.jspecify.annotations.NullMarked;
