package dev.mayfly.invoker.sources;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What records of all topics take in this process: so much may wait, and so much of large batches may be under way. */
final class SourceMemory {
    private static final int SMALL = 256 << 10;
    private static final long LOOK_MILLIS = 200;

    private final long limit;
    private final AtomicLong waiting = new AtomicLong();
    private final Semaphore kibibytes;

    /** @param limit bytes, for each of the two */
    SourceMemory(int limit) {
        this.limit = limit;
        this.kibibytes = new Semaphore(Math.max(limit, PartitionWorker.LARGEST_BATCH) / 1024, true);
    }

    void add(long bytes) {
        waiting.addAndGet(bytes);
    }

    void remove(long bytes) {
        waiting.addAndGet(-bytes);
    }

    /** Whether nobody who has records should read more. */
    boolean isFull() {
        return waiting.get() >= limit;
    }

    /** A batch that is under way; given back by {@link #close}. */
    final class Share implements AutoCloseable {
        private final int size;

        private Share(int size) {
            this.size = size;
        }

        @Override
        public void close() {
            kibibytes.release(size);
        }
    }

    /**
     * Waits until there is memory for a batch; small ones cost nothing.
     *
     * @throws Stopping.StoppedException when {@code stopping} is stopped before
     */
    Share share(int bytes, Stopping stopping) throws Stopping.StoppedException {
        int size = bytes <= SMALL ? 0 : Math.min(bytes, PartitionWorker.LARGEST_BATCH) / 1024;
        try {
            while (size > 0 && !kibibytes.tryAcquire(size, LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                stopping.check();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Stopping.StoppedException();
        }
        return new Share(size);
    }
}
