package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.registry.code.CodeContents;
import dev.mayfly.registry.hosts.Offer;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which runtime goes with which code and which isolation. */
final class Runtimes {
    private static final String WASM = "wasm32-wasip1";
    private static final String PROVIDED = "provided.al2023";

    private Runtimes() {}

    static boolean isWasm(String runtime) {
        return runtime.equals(WASM);
    }

    static void checkOffered(String runtime, Offer offer) {
        if (!offer.runtimes().contains(runtime)) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("Value " + runtime + " at 'runtime' failed to satisfy"
                    + " constraint: Member must satisfy enum value set: " + offer.runtimes()
                    + " (the runtimes that this installation's sandbox hosts offer)");
        }
    }

    /**
     * The tier that the tags choose, or the runtime's own.
     *
     * @throws LambdaException when the tag names none, one that does not go with the runtime, or one that no host offers
     */
    static Isolation isolation(String runtime, Map<String, String> tags, Offer offer) {
        Isolation isolation = named(tags.get(Isolation.TAG), runtime);
        if (isWasm(runtime) != (isolation == Isolation.WASM)) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("The tag " + Isolation.TAG + "=" + isolation.tagValue()
                    + " does not go with the runtime " + runtime + ": " + WASM
                    + " runs with isolation wasm and no other, other runtimes never do.");
        }
        if (!offer.tiers().contains(isolation)) {
            String reason = offer.missing().get(isolation);
            throw LambdaError.INVALID_PARAMETER_VALUE.with("No sandbox host offers isolation " + isolation.tagValue()
                    + (reason == null ? "" : " (" + reason + ")") + ". Offered now: " + offer.tierNames()
                    + ". Set the tag " + Isolation.TAG + " to one of those that go with the runtime " + runtime
                    + ", or leave it out.");
        }
        return isolation;
    }

    private static Isolation named(@Nullable String tag, String runtime) {
        if (tag == null) {
            return isWasm(runtime) ? Isolation.WASM : Isolation.CONTAINER;
        }
        return Isolation.fromTag(tag)
                .orElseThrow(() -> LambdaError.INVALID_PARAMETER_VALUE.with("Value '" + tag + "' of the tag "
                        + Isolation.TAG + " must be one of "
                        + Arrays.stream(Isolation.values())
                                .map(Isolation::tagValue)
                                .toList()));
    }

    /** Whether the zip has what the runtime starts. Scripts are looked for when they are invoked, as on AWS. */
    static void checkCode(String runtime, @Nullable String handler, CodeContents contents) {
        if (runtime.equals(PROVIDED) && !contents.bootstrap()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("The runtime " + PROVIDED
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
