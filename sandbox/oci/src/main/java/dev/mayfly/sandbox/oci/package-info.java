/** Functions in containers: OCI bundles run by runc, the Lambda Runtime API in each, no network but that and the gateway. */
@NullMarked
package dev.mayfly.sandbox.oci;

import org.jspecify.annotations.NullMarked;
