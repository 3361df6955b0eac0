package dev.mayfly.sandbox.guest;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sandboxes that are started before anybody needs them, by kind (a runtime), each taken once. How many there are follows
 * the recent cold starts: as many as the busiest two seconds of late took, halved each minute since, and at least one of
 * each kind that was offered or asked for, all within a budget of memory. One thread refills, beside the requests.
 *
 * @param <S> a shell
 */
public final class ShellPool<S extends ShellPool.Shell> implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ShellPool.class);
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final double HALVING_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long REVIEW_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** After a cold start the machine is left to it for so long: a refill would take a core from its first answer. */
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** However many cold starts follow each other, a refill waits no longer. */
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A sandbox without a function. */
    public interface Shell extends AutoCloseable {
        boolean isAlive();

        @Override
        void close();
    }

    /** Starts a shell and waits until its runtime is there. */
    @FunctionalInterface
    public interface Maker<S> {
        S make(String kind) throws IOException, InterruptedException;
    }

    private static final class Stock<S> {
        private final Deque<S> ready = new ArrayDeque<>();
        private final Deque<Long> taken = new ArrayDeque<>();
        private double peak = 1;
        private long peakAt;
        private long notBefore = Long.MIN_VALUE;
        private int target;
    }

    private final Maker<S> maker;
    private final ToIntFunction<String> megabytes;
    private final int budgetMb;
    private final LongSupplier nanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, Stock<S>> stocks = new LinkedHashMap<>();
    private @Nullable Thread refiller;
    private long lastTaken = System.nanoTime() - QUIET_NANOS;
    private long lackingSince;
    private boolean closed;

    /**
     * @param megabytes what a shell of a kind takes of the machine
     * @param budgetMb what all may take; 0 makes none
     */
    public ShellPool(Maker<S> maker, ToIntFunction<String> megabytes, int budgetMb) {
        this(maker, megabytes, budgetMb, System::nanoTime);
    }

    ShellPool(Maker<S> maker, ToIntFunction<String> megabytes, int budgetMb, LongSupplier nanos) {
        this.maker = maker;
        this.megabytes = megabytes;
        this.budgetMb = budgetMb;
        this.nanos = nanos;
    }

    /** Begins to refill; one shell of each of {@code kinds} is made at once. */
    public void open(List<String> kinds) {
        lock.lock();
        try {
            kinds.forEach(this::stock);
            if (refiller == null && budgetMb > 0 && !closed) {
                refiller = Thread.ofPlatform().daemon().name("sandbox-shells").start(this::refill);
            }
        } finally {
            lock.unlock();
        }
    }

    private Stock<S> stock(String kind) {
        return stocks.computeIfAbsent(kind, _ -> new Stock<>());
    }

    /** A living shell, the caller's from now on, or null: never waits. Counts as a cold start either way. */
    public @Nullable S take(String kind) {
        lock.lock();
        try {
            Stock<S> stock = stock(kind);
            count(stock);
            lastTaken = System.nanoTime();
            changed.signal();
            S shell = stock.ready.pollFirst();
            while (shell != null && !shell.isAlive()) {
                shell.close();
                shell = stock.ready.pollFirst();
            }
            return shell;
        } finally {
            lock.unlock();
        }
    }

    private void count(Stock<S> stock) {
        long now = nanos.getAsLong();
        stock.taken.addLast(now);
        while (now - stock.taken.getFirst() > WINDOW_NANOS) {
            stock.taken.removeFirst();
        }
        stock.peak = Math.max(peak(stock, now), stock.taken.size());
        stock.peakAt = now;
    }

    private double peak(Stock<S> stock, long now) {
        return Math.max(1, stock.peak * Math.pow(0.5, (now - stock.peakAt) / HALVING_NANOS));
    }

    /** How many of that kind are ready. */
    public int ready(String kind) {
        lock.lock();
        try {
            return stock(kind).ready.size();
        } finally {
            lock.unlock();
        }
    }

    private void refill() {
        try {
            while (true) {
                String kind = nextKind();
                if (kind == null) {
                    return;
                }
                make(kind);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void make(String kind) throws InterruptedException {
        S shell = null;
        try {
            shell = maker.make(kind);
        } catch (IOException | RuntimeException e) {
            log.warn("No shell of {} can be started; the next try is in 5 s", kind, e);
        }
        lock.lock();
        try {
            if (shell == null) {
                stock(kind).notBefore = nanos.getAsLong() + RETRY_NANOS;
            } else if (!closed) {
                stock(kind).ready.addLast(shell);
                shell = null;
            }
        } finally {
            lock.unlock();
        }
        if (shell != null) {
            shell.close();
        }
    }

    /** Waits until a kind lacks a shell; null when closed. Ends shells that are too many meanwhile. */
    private @Nullable String nextKind() throws InterruptedException {
        while (true) {
            S surplus;
            lock.lock();
            try {
                if (closed) {
                    return null;
                }
                apportion();
                surplus = takeSurplus();
                if (surplus == null) {
                    String lacking = lacking();
                    long wait = lacking == null ? REVIEW_NANOS : untilQuiet();
                    if (wait <= 0) {
                        lackingSince = 0;
                        return lacking;
                    }
                    changed.awaitNanos(wait);
                    continue;
                }
            } finally {
                lock.unlock();
            }
            surplus.close();
        }
    }

    /** How long to wait before a shell is made that is lacking. */
    private long untilQuiet() {
        long now = System.nanoTime();
        if (lackingSince == 0) {
            lackingSince = now;
        }
        return Math.min(QUIET_NANOS - (now - lastTaken), LONGEST_WAIT_NANOS - (now - lackingSince));
    }

    /** Shares the budget out, each next shell to the kind that has the most recent cold starts for each of its shells. */
    private void apportion() {
        long now = nanos.getAsLong();
        Map<String, Integer> wanted = new HashMap<>();
        stocks.forEach((kind, stock) -> {
            wanted.put(kind, (int) Math.ceil(peak(stock, now)));
            stock.target = 0;
        });
        long left = budgetMb;
        while (true) {
            String best = null;
            double bestShare = 0;
            for (Map.Entry<String, Stock<S>> each : stocks.entrySet()) {
                Stock<S> stock = each.getValue();
                double share = peak(stock, now) / (stock.target + 1);
                boolean lacks = stock.target < wanted.getOrDefault(each.getKey(), 0);
                if (lacks && share > bestShare && megabytes.applyAsInt(each.getKey()) <= left) {
                    best = each.getKey();
                    bestShare = share;
                }
            }
            if (best == null) {
                return;
            }
            stock(best).target++;
            left -= megabytes.applyAsInt(best);
        }
    }

    private @Nullable S takeSurplus() {
        for (Stock<S> stock : stocks.values()) {
            stock.ready.removeIf(shell -> {
                if (shell.isAlive()) {
                    return false;
                }
                shell.close();
                return true;
            });
            if (stock.ready.size() > stock.target) {
                return stock.ready.pollLast();
            }
        }
        return null;
    }

    private @Nullable String lacking() {
        long now = nanos.getAsLong();
        for (Map.Entry<String, Stock<S>> each : stocks.entrySet()) {
            Stock<S> stock = each.getValue();
            if (stock.ready.size() < stock.target && now >= stock.notBefore) {
                return each.getKey();
            }
        }
        return null;
    }

    /** Ends every shell that was not taken. */
    @Override
    public void close() {
        Thread running;
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            running = refiller;
        } finally {
            lock.unlock();
        }
        if (running != null) {
            running.interrupt();
            try {
                running.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        lock.lock();
        try {
            for (Stock<S> stock : stocks.values()) {
                stock.ready.forEach(Shell::close);
                stock.ready.clear();
            }
        } finally {
            lock.unlock();
        }
    }
}
