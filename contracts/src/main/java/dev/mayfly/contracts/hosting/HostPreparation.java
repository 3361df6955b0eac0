package dev.mayfly.contracts.hosting;

import dev.mayfly.contracts.function.FunctionVersion;

/**
 * The order to make ready what a function version needs before it can run well: {@code POST} {@link #PATH} at a host with
 * this record as JSON. It unpacks an image, takes an ahead-of-time cache or a snapshot, compiles a module. Answered 204 when
 * that is done or nothing was to do; idempotent.
 *
 * <p>Other answers are problem details: 422 (the code can never run; the member {@code code} is the reason as the Lambda API
 * names it, e.g. {@code InvalidImage}, {@code FunctionError.InitTimeout}), 429 and 503 (not here or not now; try elsewhere or
 * later).
 *
 * @param version as it is to be: nobody else may have been told of it, and an older revision be invoked meanwhile
 */
public record HostPreparation(FunctionVersion version) {
    public static final String PATH = "/internal/preparations";
}
