/** Buckets as web sites: what their owners configure, and how browsers are answered. */
@NullMarked
package dev.mayfly.objects.site;

import org.jspecify.annotations.NullMarked;
