package dev.mayfly.invoker.dispatch;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** How many invocations each account runs at once, and the limit to that. Thread-safe. */
final class AccountConcurrency {
    private final ConcurrentHashMap<String, AtomicInteger> running = new ConcurrentHashMap<>();
    private final int limit;

    AccountConcurrency(int limit) {
        this.limit = limit;
    }

    /** Admits one more invocation of that account, or returns false. */
    boolean enter(String accountId) {
        var count = running.computeIfAbsent(accountId, account -> new AtomicInteger());
        if (count.incrementAndGet() <= limit) {
            return true;
        }
        count.decrementAndGet();
        return false;
    }

    /** An admitted invocation has ended. */
    void leave(String accountId) {
        var count = running.get(accountId);
        if (count != null) {
            count.decrementAndGet();
        }
    }
}
