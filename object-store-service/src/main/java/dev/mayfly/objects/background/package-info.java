/** What the service does by itself, again and again. */
@NullMarked
package dev.mayfly.objects.background;

import org.jspecify.annotations.NullMarked;
