package dev.mayfly.contracts.hosting;

import dev.mayfly.contracts.function.FunctionVersion;
import java.time.Duration;

/**
 * The order to make ready what a function version needs before it can run well: {@code POST} {@link #PATH} at a host with
 * this record as JSON. It unpacks an image, takes an ahead-of-time cache or a snapshot, compiles a module. Answered 204 when
 * that is done or nothing was to do; idempotent.
 *
 * <p>Other answers are problem details: 422 (the code can never run; the member {@code code} is the reason as the Lambda API
 * names it, e.g. {@code InvalidImage}, {@code FunctionError.InitTimeout}), 429 and 503 (not here or not now; try elsewhere or
 * later). 429 says that it waited for its turn, or for memory, and had none.
 *
 * @param version as it is to be: nobody else may have been told of it, and an older revision be invoked meanwhile
 * @param withinMillis how long it may take once it has its turn: the host ends it then, whether anybody waits for the answer
 *     or not; 0 means {@link #USUAL}
 */
public record HostPreparation(FunctionVersion version, long withinMillis) {
    public static final String PATH = "/internal/preparations";
    public static final Duration USUAL = Duration.ofMinutes(5);

    /** How long it waits at most at a host for its turn. */
    public static final Duration TURN_WAIT = Duration.ofSeconds(20);

    /** How long after {@link #within} the host has answered at the latest. */
    public static final Duration ENDING = Duration.ofSeconds(10);

    public HostPreparation(FunctionVersion version, Duration within) {
        this(version, within.toMillis());
    }

    public Duration within() {
        return withinMillis <= 0 ? USUAL : Duration.ofMillis(withinMillis);
    }
}
