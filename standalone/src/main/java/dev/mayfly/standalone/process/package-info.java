/** Operating system processes: starting, watching, recognising and ending those that are ours. */
@NullMarked
package dev.mayfly.standalone.process;

import org.jspecify.annotations.NullMarked;
