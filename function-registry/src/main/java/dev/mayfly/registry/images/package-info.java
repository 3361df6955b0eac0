/** Functions that are deployed as OCI images: taken from a bucket or a registry, checked, and kept as one archive. */
@NullMarked
package dev.mayfly.registry.images;

import org.jspecify.annotations.NullMarked;
