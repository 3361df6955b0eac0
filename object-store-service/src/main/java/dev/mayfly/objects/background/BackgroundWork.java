package dev.mayfly.objects.background;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Work that is repeated for as long as the service runs, on one thread. No failure ends it: each is logged, counted in
 * {@code mayfly.objects.background.failures}, and followed by the next try.
 */
public abstract class BackgroundWork implements SmartLifecycle {
    private final Logger log = LoggerFactory.getLogger(getClass());
    private final String name;
    private final Counter failures;
    private volatile @Nullable ScheduledExecutorService timer;

    /** @param name of the thread, and of the work in the metric */
    protected BackgroundWork(String name, MeterRegistry metrics) {
        this.name = name;
        this.failures = metrics.counter("mayfly.objects.background.failures", "work", name);
    }

    /** Something to be repeated. */
    @FunctionalInterface
    protected interface Work {
        void run() throws IOException;
    }

    /** Calls {@link #repeat} for each work; called at each start. */
    protected abstract void begin();

    /**
     * Runs {@code work} over and over.
     *
     * @param pause before the first time, and between the end of one and the beginning of the next
     * @param failure what to say when the store, the index or the database failed
     */
    protected final void repeat(Duration pause, Work work, String failure) {
        ScheduledExecutorService running = timer;
        if (running != null) {
            running.scheduleWithFixedDelay(
                    () -> attempt(work, failure), pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void attempt(Work work, String failure) {
        try {
            work.run();
        } catch (IOException | UncheckedIOException | DataAccessException | TransactionException e) {
            failures.increment();
            log.warn("{}: {}", failure, e.toString());
        } catch (RuntimeException e) {
            failures.increment();
            log.error("{}", failure, e);
        }
    }

    @Override
    public final void start() {
        timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name(name).factory());
        begin();
    }

    @Override
    public final void stop() {
        ScheduledExecutorService running = timer;
        if (running != null) {
            running.shutdownNow();
            timer = null;
        }
    }

    @Override
    public final boolean isRunning() {
        return timer != null;
    }

    @Override
    public final int getPhase() {
        return 0;
    }
}
