/** WASI preview 1 over nothing but memory: one implementation for every engine. Nothing of the machine can be named in it. */
@NullMarked
package dev.mayfly.sandbox.wasm.engine.wasi;

import org.jspecify.annotations.NullMarked;
