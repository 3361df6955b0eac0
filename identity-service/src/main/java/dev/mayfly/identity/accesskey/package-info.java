/** Access keys of an account: made, listed, switched off, deleted. */
@NullMarked
package dev.mayfly.identity.accesskey;

import org.jspecify.annotations.NullMarked;
