/** Object lock: versions that must not be deleted before a time, or at all. */
@NullMarked
package dev.mayfly.objects.lock;

import org.jspecify.annotations.NullMarked;
