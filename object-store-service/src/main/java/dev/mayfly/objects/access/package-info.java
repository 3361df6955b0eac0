/** Who may do what: the one place that decides, before any handler runs. */
@NullMarked
package dev.mayfly.objects.access;

import org.jspecify.annotations.NullMarked;
