/** Objects: rows that name bytes. */
@NullMarked
package dev.mayfly.objects.object;

import org.jspecify.annotations.NullMarked;
