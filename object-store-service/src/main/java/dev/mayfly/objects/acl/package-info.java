/** Access control lists: grants on buckets and objects, canned or one by one. */
@NullMarked
package dev.mayfly.objects.acl;

import org.jspecify.annotations.NullMarked;
