/** What the live sandbox hosts offer. */
@NullMarked
package dev.mayfly.registry.hosts;

import org.jspecify.annotations.NullMarked;
