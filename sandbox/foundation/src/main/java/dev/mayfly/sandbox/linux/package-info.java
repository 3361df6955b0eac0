/** What a sandbox is on Linux: system calls, cgroups, namespaces, processes, and what is written and relayed. */
@NullMarked
package dev.mayfly.sandbox.linux;

import org.jspecify.annotations.NullMarked;
