/** What accounts may store and ask for. */
@NullMarked
package dev.mayfly.objects.quota;

import org.jspecify.annotations.NullMarked;
