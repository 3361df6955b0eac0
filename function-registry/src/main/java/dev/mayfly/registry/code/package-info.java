/** Function code: checks on zips, and where they are kept. */
@NullMarked
package dev.mayfly.registry.code;

import org.jspecify.annotations.NullMarked;
