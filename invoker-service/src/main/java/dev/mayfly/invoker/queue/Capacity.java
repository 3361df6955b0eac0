package dev.mayfly.invoker.queue;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How much may run at once: a number of events, and the bytes of their payloads. A function may have as much as is still
 * free, and an account twice that. So one that is alone gets half of all, each further one leaves the others less, and
 * there is always something free for one that comes. Thread-safe.
 */
final class Capacity {
    private static final int ACCOUNT_SHARES = 2;

    private static final class Use {
        int events;
        long bytes;
        int slow;
    }

    private final int maxEvents;
    private final long maxBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();
    private final Map<String, Use> functions = new HashMap<>();
    private final Map<String, Use> accounts = new HashMap<>();
    private int events;
    private long bytes;

    Capacity(int maxEvents, long maxBytes) {
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
    }

    /** Waits until both limits are kept. A batch that is taken then may pass them, by that batch. */
    void await() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (events >= maxEvents || bytes >= maxBytes) {
                freed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes room for an event, unless its function or account has its share already. */
    boolean tryTake(String account, String function, long size) {
        lock.lock();
        try {
            Use ofFunction = functions.computeIfAbsent(function, key -> new Use());
            Use ofAccount = accounts.computeIfAbsent(account, key -> new Use());
            int freeEvents = Math.max(1, maxEvents - events);
            long freeBytes = Math.max(1, maxBytes - bytes);
            boolean fits = ofFunction.events < freeEvents
                    && ofFunction.bytes < freeBytes
                    && ofAccount.events < ACCOUNT_SHARES * (long) freeEvents
                    && ofAccount.bytes < ACCOUNT_SHARES * freeBytes;
            if (fits) {
                events++;
                bytes += size;
                count(ofFunction, 1, size);
                count(ofAccount, 1, size);
            } else {
                forgetUnlessUsed(functions, function, ofFunction);
                forgetUnlessUsed(accounts, account, ofAccount);
            }
            return fits;
        } finally {
            lock.unlock();
        }
    }

    /** The event has run for longer than a batch is held; until it ends, others of its function are expected to, too. */
    void isSlow(String function) {
        lock.lock();
        try {
            Use use = functions.get(function);
            if (use != null) {
                use.slow++;
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many events of the function run that have run for long. */
    int slow(String function) {
        lock.lock();
        try {
            Use use = functions.get(function);
            return use == null ? 0 : use.slow;
        } finally {
            lock.unlock();
        }
    }

    /** How many events of the function run. */
    int events(String function) {
        lock.lock();
        try {
            Use use = functions.get(function);
            return use == null ? 0 : use.events;
        } finally {
            lock.unlock();
        }
    }

    void giveBack(String account, String function, long size, boolean wasSlow) {
        lock.lock();
        try {
            events--;
            bytes -= size;
            Use ofFunction = functions.get(function);
            if (ofFunction != null) {
                ofFunction.slow -= wasSlow ? 1 : 0;
                leave(functions, function, ofFunction, size);
            }
            Use ofAccount = accounts.get(account);
            if (ofAccount != null) {
                leave(accounts, account, ofAccount, size);
            }
            freed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static void leave(Map<String, Use> uses, String key, Use use, long size) {
        count(use, -1, -size);
        forgetUnlessUsed(uses, key, use);
    }

    private static void forgetUnlessUsed(Map<String, Use> uses, String key, Use use) {
        if (use.events == 0) {
            uses.remove(key);
        }
    }

    private static void count(Use use, int moreEvents, long moreBytes) {
        use.events += moreEvents;
        use.bytes += moreBytes;
    }
}
