/** Where an installation keeps its state, what it is set to, and what is known about it while it runs. */
@NullMarked
package dev.mayfly.standalone.home;

import org.jspecify.annotations.NullMarked;
