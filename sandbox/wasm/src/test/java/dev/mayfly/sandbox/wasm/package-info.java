/** Tests of the WebAssembly tier. */
@NullMarked
package dev.mayfly.sandbox.wasm;

import org.jspecify.annotations.NullMarked;
