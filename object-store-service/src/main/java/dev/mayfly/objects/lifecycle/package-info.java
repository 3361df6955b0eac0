/** Lifecycles: what a bucket's owner wants deleted in time, and the worker that does it. */
@NullMarked
package dev.mayfly.objects.lifecycle;

import org.jspecify.annotations.NullMarked;
