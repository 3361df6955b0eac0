package dev.mayfly.host.invocation;

import dev.mayfly.contracts.hosting.HostInvocation;
import dev.mayfly.contracts.hosting.InvocationOutcome;
import java.util.LinkedHashMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives an asynchronous order that comes a second time the answer of the first, or the one that it is about to get. An
 * invoker that was killed while a function ran does not know that it ran; its successor gives the order again. The latest
 * answers are kept, small ones with their body. Thread-safe.
 */
final class RepeatedOrders {
    private static final Logger log = LoggerFactory.getLogger(RepeatedOrders.class);
    private static final int KEPT_ORDERS = 20_000;
    private static final int KEPT_BODY = 1024;
    private static final byte[] NO_BODY = {};

    /** Runs an order. */
    @FunctionalInterface
    interface Run {
        Answer run() throws RefusedException, InterruptedException;
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<String, CompletableFuture<Answer>> orders = new LinkedHashMap<>();

    /** The answer to {@code order}: of {@code run}, unless that order was given before. */
    Answer once(HostInvocation order, Run run) throws RefusedException, InterruptedException {
        String key = order.requestId() + ":" + order.attempt();
        var fresh = new CompletableFuture<Answer>();
        while (true) {
            CompletableFuture<Answer> first = enter(key, fresh);
            if (first == fresh) {
                return runFirst(key, fresh, run);
            }
            try {
                return first.get();
            } catch (CancellationException e) {
                log.debug("Nothing came of the first order {}, which is forgotten: this one is the first now", key);
            } catch (ExecutionException e) {
                throw new IllegalStateException("Orders end with an answer or are forgotten", e);
            }
        }
    }

    private CompletableFuture<Answer> enter(String key, CompletableFuture<Answer> fresh) {
        lock.lock();
        try {
            var first = orders.putIfAbsent(key, fresh);
            if (orders.size() > KEPT_ORDERS) {
                orders.pollFirstEntry();
            }
            return first == null ? fresh : first;
        } finally {
            lock.unlock();
        }
    }

    private Answer runFirst(String key, CompletableFuture<Answer> fresh, Run run)
            throws RefusedException, InterruptedException {
        boolean ran = false;
        try {
            Answer answer = run.run();
            // What failed by Mayfly's fault may be tried again as the same attempt.
            ran = answer.outcome().status() != InvocationOutcome.Status.PLATFORM_ERROR;
            if (ran) {
                fresh.complete(answer.body().length <= KEPT_BODY ? answer : new Answer(answer.outcome(), NO_BODY));
            }
            return answer;
        } finally {
            if (!ran) {
                forget(key, fresh);
                fresh.cancel(false);
            }
        }
    }

    private void forget(String key, CompletableFuture<Answer> fresh) {
        lock.lock();
        try {
            orders.remove(key, fresh);
        } finally {
            lock.unlock();
        }
    }
}
