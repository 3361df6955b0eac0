/** The WebAssembly tier as the host sees it: starts the engine process, keeps compiled modules, asks it to run guests. */
@NullMarked
package dev.mayfly.sandbox.wasm;

import org.jspecify.annotations.NullMarked;
