package dev.mayfly.invoker.queue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Repeats what Kafka refuses, until it takes it or the service stops. Thread-safe. */
final class Retrying {
    private static final Logger log = LoggerFactory.getLogger(Retrying.class);
    private static final long PAUSE_MILLIS = 1000;

    private final CountDownLatch stopped = new CountDownLatch(1);

    /**
     * Returns when one of the futures that {@code publication} gives has completed.
     *
     * @throws InterruptedException when the service stops before
     */
    void untilSafe(Supplier<CompletableFuture<Void>> publication) throws InterruptedException {
        untilSafe(publication.get(), publication);
    }

    /**
     * As {@link #untilSafe(Supplier)}, when the first publication has begun already.
     *
     * @throws InterruptedException when the service stops before
     */
    void untilSafe(CompletableFuture<Void> first, Supplier<CompletableFuture<Void>> again) throws InterruptedException {
        CompletableFuture<Void> publication = first;
        while (true) {
            try {
                publication.get();
                return;
            } catch (ExecutionException e) {
                log.warn("Kafka did not take an event; it is tried again: {}", String.valueOf(e.getCause()));
            }
            if (pause()) {
                throw new InterruptedException("The service stops");
            }
            publication = again.get();
        }
    }

    /** Waits a moment; true when the service stops. */
    boolean pause() throws InterruptedException {
        return stopped.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Waits for {@code length}; true when the service stops. */
    boolean pause(Duration length) throws InterruptedException {
        return stopped.await(length.toMillis(), TimeUnit.MILLISECONDS);
    }

    boolean isStopped() {
        return stopped.getCount() == 0;
    }

    void stop() {
        stopped.countDown();
    }
}
