/** What a bucket's owner wants to be told: which events of which keys invoke which function. */
@NullMarked
package dev.mayfly.objects.notification;

import org.jspecify.annotations.NullMarked;
