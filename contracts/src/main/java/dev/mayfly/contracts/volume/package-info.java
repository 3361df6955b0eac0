/** What hosts and the object store tell each other of volumes: folders that functions share. */
@NullMarked
package dev.mayfly.contracts.volume;

import org.jspecify.annotations.NullMarked;
