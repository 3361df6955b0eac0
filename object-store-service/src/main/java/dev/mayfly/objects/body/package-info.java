/** Request bodies: decoded, digested and checked as they stream by. */
@NullMarked
package dev.mayfly.objects.body;

import org.jspecify.annotations.NullMarked;
