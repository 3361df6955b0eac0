package dev.mayfly.invoker.functions;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.traces.TraceHeader;

/** When a chain of invocations that one event set off is taken for a loop. */
public final class Loops {
    /** How often one chain runs a function. */
    public static final int RUNS = 16;

    public static final String REFUSAL =
            "The function was stopped: one event set off a chain of invocations that has run it " + RUNS
                    + " times. Where that is meant, PutFunctionRecursionConfig with RecursiveLoop=Allow.";

    private Loops() {}

    /** @param entered the trace header that the function would get */
    public static boolean isOne(FunctionVersion function, TraceHeader entered) {
        return entered.runsBefore(function.accountId(), function.name()) >= RUNS;
    }
}
