package dev.mayfly.invoker.http;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the memory that large events take together, so that many at once wait instead of exhausting the heap. An account
 * takes no more than it leaves to all others, but for its first event: one alone half of the budget, two a third each. Of
 * those that wait, who holds least is next. Thread-safe.
 */
final class PayloadBudget {
    private static final int SMALL = 64 << 10;

    private final long waitMillis;
    private final Map<String, Account> accounts = new HashMap<>();
    private int free;

    /** @param waitMillis how long an event waits for a share */
    PayloadBudget(int bytes, long waitMillis) {
        this.free = bytes / 1024;
        this.waitMillis = waitMillis;
    }

    private static final class Account {
        private final Deque<Waiter> line = new ArrayDeque<>();
        private int held;
    }

    private record Waiter(int size, CountDownLatch served) {}

    /** A share of the budget; given back by {@link #close}. */
    final class Share implements AutoCloseable {
        private final String accountId;
        private final int size;

        private Share(String accountId, int size) {
            this.accountId = accountId;
            this.size = size;
        }

        @Override
        public void close() {
            if (size > 0) {
                giveBack(accountId, size);
            }
        }
    }

    /**
     * Waits for a share of {@code bytes}; small events cost nothing.
     *
     * @param accountId who sends the event
     * @throws LambdaException when there was none for so long
     */
    Share share(String accountId, long bytes) throws LambdaException, InterruptedException {
        int size = bytes <= SMALL ? 0 : (int) (bytes / 1024);
        if (size > 0) {
            @Nullable Waiter waiter = takeOrJoin(accountId, size);
            if (waiter != null && !await(accountId, waiter)) {
                throw new LambdaException(
                        LambdaError.TOO_MANY_REQUESTS,
                        "Too many large events at once. Send smaller ones, or try again.",
                        "ConcurrentInvocationLimitExceeded");
            }
        }
        return new Share(accountId, size);
    }

    private synchronized @Nullable Waiter takeOrJoin(String accountId, int size) {
        Account account = accounts.computeIfAbsent(accountId, id -> new Account());
        if (account.line.isEmpty() && fits(account, size)) {
            take(account, size);
            return null;
        }
        var waiter = new Waiter(size, new CountDownLatch(1));
        account.line.addLast(waiter);
        return waiter;
    }

    private boolean await(String accountId, Waiter waiter) throws InterruptedException {
        try {
            if (waiter.served().await(waitMillis, TimeUnit.MILLISECONDS)) {
                return true;
            }
        } catch (InterruptedException e) {
            if (!leave(accountId, waiter)) {
                giveBack(accountId, waiter.size());
            }
            throw e;
        }
        return !leave(accountId, waiter);
    }

    /** @return whether it still waited; else it has its share */
    private synchronized boolean leave(String accountId, Waiter waiter) {
        Account account = accounts.get(accountId);
        boolean waited = account != null && account.line.remove(waiter);
        if (waited) {
            serve();
        }
        return waited;
    }

    private synchronized void giveBack(String accountId, int size) {
        accounts.computeIfPresent(accountId, (id, account) -> {
            account.held -= size;
            return account;
        });
        free += size;
        serve();
    }

    /** Those who hold least come first. */
    private void serve() {
        accounts.values().removeIf(account -> account.held == 0 && account.line.isEmpty());
        boolean again = true;
        while (again) {
            again = false;
            for (Account account : waiting()) {
                Waiter next = account.line.getFirst();
                if (fits(account, next.size())) {
                    account.line.removeFirst();
                    take(account, next.size());
                    next.served().countDown();
                    again = true;
                    break;
                }
            }
        }
    }

    private List<Account> waiting() {
        return accounts.values().stream()
                .filter(account -> !account.line.isEmpty())
                .sorted(Comparator.comparingInt(account -> account.held))
                .toList();
    }

    /** How many events of that account wait; seen by tests. */
    synchronized int waiting(String accountId) {
        Account account = accounts.get(accountId);
        return account == null ? 0 : account.line.size();
    }

    private boolean fits(Account account, int size) {
        int left = free - size;
        return left >= 0 && (account.held == 0 || account.held + size <= left);
    }

    private void take(Account account, int size) {
        account.held += size;
        free -= size;
    }
}
