package dev.mayfly.invoker.functions;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.identity.AccountMinimums;
import java.util.Optional;

/** Keeps what is deployed weaker than its account's minimum from running, from when the minimum was raised. Thread-safe. */
public final class MinimumIsolation implements AutoCloseable {
    private final AccountMinimums minimums = new AccountMinimums();

    /** Begins to listen. */
    public void listen(String kafka) {
        minimums.listen(kafka);
    }

    /** Whether all that there was to know at the start is known. */
    public boolean isComplete() {
        return minimums.isComplete();
    }

    /** Whether {@code function} may run. */
    public boolean isMetBy(FunctionVersion function) {
        return violatedBy(function).isEmpty();
    }

    /** The minimum that {@code function} is weaker than, if it is. */
    public Optional<Isolation> violatedBy(FunctionVersion function) {
        return minimums.of(function.accountId())
                .filter(minimum -> !function.isolation().satisfies(minimum));
    }

    @Override
    public void close() {
        minimums.close();
    }
}
