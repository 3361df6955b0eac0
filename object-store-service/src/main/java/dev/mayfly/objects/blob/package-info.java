/** Bytes: the blob port with its two adapters, and what becomes of blobs that nobody names. */
@NullMarked
package dev.mayfly.objects.blob;

import org.jspecify.annotations.NullMarked;
