/** What this host offers, told to invokers, registry and autoscaler. */
@NullMarked
package dev.mayfly.host.status;

import org.jspecify.annotations.NullMarked;
