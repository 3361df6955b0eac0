/** S3 requests and answers: targets, operations, XML. */
@NullMarked
package dev.mayfly.objects.protocol;

import org.jspecify.annotations.NullMarked;
