/** What goes wrong, as S3 names it. */
@NullMarked
package dev.mayfly.objects.error;

import org.jspecify.annotations.NullMarked;
