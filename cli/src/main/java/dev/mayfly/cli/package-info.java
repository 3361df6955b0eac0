/** The command line: what a person or a script does with an installation. */
@NullMarked
package dev.mayfly.cli;

import org.jspecify.annotations.NullMarked;
