/** The function registry: Mayfly's Lambda control plane. */
@NullMarked
package dev.mayfly.registry;

import org.jspecify.annotations.NullMarked;
