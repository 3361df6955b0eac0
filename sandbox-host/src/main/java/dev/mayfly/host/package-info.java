/** The sandbox host: owns the sandboxes of one machine, the only process that needs privileges. */
@NullMarked
package dev.mayfly.host;

import org.jspecify.annotations.NullMarked;
