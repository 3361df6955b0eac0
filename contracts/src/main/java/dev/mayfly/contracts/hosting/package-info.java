/** How the invoker talks to sandbox hosts: one request an invocation, and what became of it. */
@NullMarked
package dev.mayfly.contracts.hosting;

import org.jspecify.annotations.NullMarked;
