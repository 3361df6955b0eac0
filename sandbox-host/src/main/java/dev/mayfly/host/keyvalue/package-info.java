/** The way from WebAssembly guests to their stores of keys and values. */
@NullMarked
package dev.mayfly.host.keyvalue;

import org.jspecify.annotations.NullMarked;
