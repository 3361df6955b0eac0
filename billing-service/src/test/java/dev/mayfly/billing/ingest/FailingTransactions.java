package dev.mayfly.billing.ingest;

import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionOperations;

/** Transactions that end like a process that is killed: with the work done and not committed, or committed and not told. */
final class FailingTransactions implements TransactionOperations {
    private final AtomicInteger failures = new AtomicInteger();
    private volatile boolean beforeCommit;
    private volatile TransactionOperations real;

    void next(int count, boolean dieBeforeCommit) {
        beforeCommit = dieBeforeCommit;
        failures.set(count);
    }

    int left() {
        return failures.get();
    }

    @Override
    public <T> T execute(TransactionCallback<T> action) {
        if (failures.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
            return real.execute(action);
        }
        if (!beforeCommit) {
            real.execute(action);
            throw new TransientDataAccessResourceException("killed after the commit");
        }
        return real.execute(status -> {
            action.doInTransaction(status);
            throw new TransientDataAccessResourceException("killed before the commit");
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class Installed {
        @Bean
        FailingTransactions failingTransactions() {
            return new FailingTransactions();
        }

        @Bean
        static BeanPostProcessor installation(
                org.springframework.beans.factory.ObjectProvider<FailingTransactions> failing) {
            return new BeanPostProcessor() {
                @Override
                public Object postProcessAfterInitialization(Object bean, String name) {
                    if (!(bean instanceof IngestSession.Parts parts)) {
                        return bean;
                    }
                    var transactions = failing.getObject();
                    transactions.real = parts.transactions();
                    return new IngestSession.Parts(
                            parts.reading(),
                            parts.ledger(),
                            parts.offsets(),
                            transactions,
                            parts.status(),
                            parts.metrics(),
                            parts.clock());
                }
            };
        }
    }
}
