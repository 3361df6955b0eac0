/** What invokes functions by itself: event source mappings and schedules. */
@NullMarked
package dev.mayfly.registry.sources;

import org.jspecify.annotations.NullMarked;
