package dev.mayfly.invoker.sources;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Whether somebody shall end, and a way to wait that ends with it. Thread-safe. */
final class Stopping {
    private final CountDownLatch latch = new CountDownLatch(1);

    /** Somebody waits or works no longer. */
    static final class StoppedException extends Exception {
        private static final long serialVersionUID = 1L;

        StoppedException() {
            super("stopped", null, false, false);
        }
    }

    void stop() {
        latch.countDown();
    }

    boolean isStopped() {
        return latch.getCount() == 0;
    }

    /** @throws StoppedException when it is stopped, or this thread is interrupted */
    void check() throws StoppedException {
        if (isStopped()) {
            throw new StoppedException();
        }
    }

    /** The pause after {@code pause}, where each is twice as long as the one before and none longer than {@code longest}. */
    static Duration doubled(Duration pause, Duration longest) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(longest) < 0 ? twice : longest;
    }

    /**
     * Waits.
     *
     * @throws StoppedException when it is stopped meanwhile, or this thread is interrupted
     */
    void pause(Duration time) throws StoppedException {
        try {
            if (latch.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new StoppedException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException();
        }
    }
}
