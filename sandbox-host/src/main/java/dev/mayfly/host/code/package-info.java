/** Deployed code on this machine: fetched, verified, unpacked, and thrown away when it is not used. */
@NullMarked
package dev.mayfly.host.code;

import org.jspecify.annotations.NullMarked;
