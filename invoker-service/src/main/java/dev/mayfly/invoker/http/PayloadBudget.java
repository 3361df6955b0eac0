package dev.mayfly.invoker.http;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Bounds the memory that large events take together, so that many at once wait instead of exhausting the heap. */
final class PayloadBudget {
    private static final int SMALL = 64 << 10;
    private static final long WAIT_SECONDS = 10;

    private final Semaphore kibibytes;

    PayloadBudget(int bytes) {
        this.kibibytes = new Semaphore(bytes / 1024, true);
    }

    /** A share of the budget; given back by {@link #close}. */
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
     * Waits for a share of {@code bytes}; small events cost nothing.
     *
     * @throws LambdaException when there was none for ten seconds
     */
    Share share(long bytes) throws LambdaException, InterruptedException {
        int size = bytes <= SMALL ? 0 : (int) (bytes / 1024);
        if (size > 0 && !kibibytes.tryAcquire(size, WAIT_SECONDS, TimeUnit.SECONDS)) {
            throw new LambdaException(
                    LambdaError.TOO_MANY_REQUESTS,
                    "Too many large events at once. Send smaller ones, or try again.",
                    "ConcurrentInvocationLimitExceeded");
        }
        return new Share(size);
    }
}
