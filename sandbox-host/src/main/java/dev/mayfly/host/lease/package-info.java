/** Which sandboxes there are, who has them, and when they end. */
@NullMarked
package dev.mayfly.host.lease;

import org.jspecify.annotations.NullMarked;
