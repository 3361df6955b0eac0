/** The list of volumes, folders that functions share: quotas, use, and what they hold for the bill. */
@NullMarked
package dev.mayfly.objects.volume;

import org.jspecify.annotations.NullMarked;
