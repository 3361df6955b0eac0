/** The volumes on this machine: made when first named, mounted while sandboxes use them, measured for the bill. */
@NullMarked
package dev.mayfly.host.volume;

import org.jspecify.annotations.NullMarked;
