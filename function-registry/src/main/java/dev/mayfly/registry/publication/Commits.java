package dev.mayfly.registry.publication;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Changes that are announced: a transaction, and then a short wait for Kafka to have what it added to the outbox. */
@Component
public class Commits {
    private static final ScopedValue<Last> LAST = ScopedValue.newInstance();

    private final TransactionTemplate transactions;
    private final OutboxRelay relay;

    Commits(TransactionTemplate transactions, OutboxRelay relay) {
        this.transactions = transactions;
        this.relay = relay;
    }

    private static final class Last {
        private @Nullable Long id;
    }

    /**
     * Returns once {@code work} is committed and Kafka has what it announced, or the wait for that is over; it gets there in
     * any case.
     */
    public <T extends @Nullable Object> T commit(Supplier<T> work) {
        var last = new Last();
        T result = ScopedValue.where(LAST, last).call(() -> transactions.execute(transaction -> work.get()));
        if (last.id != null) {
            relay.hurry(last.id);
        }
        return result;
    }

    /** As {@link #commit(Supplier)}, for work without a result. */
    public void run(Runnable work) {
        commit(() -> {
            work.run();
            return null;
        });
    }

    static void added(long id) {
        if (LAST.isBound()) {
            LAST.get().id = id;
        }
    }
}
