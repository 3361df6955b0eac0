/** Buckets: who owns them and what can be asked of them. */
@NullMarked
package dev.mayfly.objects.bucket;

import org.jspecify.annotations.NullMarked;
