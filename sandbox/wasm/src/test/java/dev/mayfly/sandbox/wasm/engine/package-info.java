/** Programs that run in the engine's place. */
@NullMarked
package dev.mayfly.sandbox.wasm.engine;

import org.jspecify.annotations.NullMarked;
