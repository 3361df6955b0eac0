/** Cross-origin requests: what a bucket tells browsers about other sites' pages. */
@NullMarked
package dev.mayfly.objects.bucket.cors;

import org.jspecify.annotations.NullMarked;
