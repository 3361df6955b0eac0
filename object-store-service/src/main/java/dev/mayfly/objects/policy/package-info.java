/** The S3 subset of the IAM policy language: parsing with AWS's validations, and evaluation. Knows nothing of requests. */
@NullMarked
package dev.mayfly.objects.policy;

import org.jspecify.annotations.NullMarked;
