/** What runs inside the unprivileged engine process: the only place where a guest's code is parsed, compiled or run. */
@NullMarked
package dev.mayfly.sandbox.wasm.engine;

import org.jspecify.annotations.NullMarked;
