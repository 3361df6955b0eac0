/** Uploads in parts; completing one moves no bytes. */
@NullMarked
package dev.mayfly.objects.multipart;

import org.jspecify.annotations.NullMarked;
