package dev.mayfly.registry.functions;

import dev.mayfly.registry.code.CodeContents;
import dev.mayfly.registry.lambda.LambdaError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which runtime goes with which code and which isolation. */
final class Runtimes {
    static final String WASM = "wasm32-wasip1";
    private static final String PROVIDED = "provided.";

    private Runtimes() {}

    static boolean isWasm(String runtime) {
        return runtime.equals(WASM);
    }

    /** Whether the zip has what the runtime starts. Scripts are looked for when they are invoked, as on AWS. */
    static void checkCode(String runtime, @Nullable String handler, CodeContents contents) {
        if (runtime.startsWith(PROVIDED) && !contents.bootstrap()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("The runtime " + runtime
                    + " starts the executable 'bootstrap' at the zip's root, and there is none.");
        }
        if (isWasm(runtime)) {
            checkModule(handler, contents.modules());
        }
    }

    private static void checkModule(@Nullable String handler, List<String> modules) {
        if (modules.isEmpty()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("The runtime " + WASM
                    + " runs a WebAssembly core module (it begins with \\0asm, version 1), and the zip has none.");
        }
        if (handler == null && modules.size() > 1) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "The zip has several WebAssembly modules; name one as the Handler: " + modules);
        }
        if (handler != null && !modules.contains(handler)) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("The Handler '" + handler
                    + "' is not the path of a WebAssembly module in the zip. Its modules: " + modules);
        }
    }

    static String onlyModule(CodeContents contents) {
        return contents.modules().getFirst();
    }
}
