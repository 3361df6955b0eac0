/** Encryption that clients ask for: with keys of the store (SSE-S3) and with their own (SSE-C). */
@NullMarked
package dev.mayfly.objects.encryption;

import org.jspecify.annotations.NullMarked;
