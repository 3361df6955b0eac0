/** Uploads from HTML forms. */
@NullMarked
package dev.mayfly.objects.post;

import org.jspecify.annotations.NullMarked;
