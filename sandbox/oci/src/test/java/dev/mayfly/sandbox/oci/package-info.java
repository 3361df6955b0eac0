/** Tests of container sandboxes. */
@NullMarked
package dev.mayfly.sandbox.oci;

import org.jspecify.annotations.NullMarked;
