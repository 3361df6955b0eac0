/** The object store: S3 over an index in PostgreSQL and a blob store. */
@NullMarked
package dev.mayfly.objects;

import org.jspecify.annotations.NullMarked;
