/** The one door of the suite. */
@NullMarked
package dev.mayfly.gateway;

import org.jspecify.annotations.NullMarked;
