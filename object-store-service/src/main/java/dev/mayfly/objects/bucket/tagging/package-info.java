/** Tags, of buckets and in S3's XML. */
@NullMarked
package dev.mayfly.objects.bucket.tagging;

import org.jspecify.annotations.NullMarked;
