package dev.mayfly.observability.projection;

import dev.mayfly.observability.ObservabilitySettings;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Feeds every {@link Projection} on a thread of its own, one session after another, whatever goes away in between. */
@Component
class Projections implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Projections.class);
    private static final int STOP_LIMIT_MILLIS = 2_000;

    private final List<Projection> projections;
    private final ProjectionSession.Parts parts;
    private final Map<String, String> troubles = new ConcurrentHashMap<>();
    private CountDownLatch stopped = new CountDownLatch(1);
    private List<Thread> threads = List.of();

    Projections(
            List<Projection> projections,
            ObservabilitySettings settings,
            DataSource database,
            ConsumedOffsets offsets,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.projections = projections;
        this.parts =
                new ProjectionSession.Parts(settings, database, offsets, new TransactionTemplate(transactions), clock);
    }

    /** Why projections do not run now, by name; empty when all run, here or in another instance. */
    Map<String, String> troubles() {
        return troubles;
    }

    @Override
    public synchronized void start() {
        if (threads.isEmpty()) {
            var until = new CountDownLatch(1);
            stopped = until;
            threads = projections.stream()
                    .map(projection -> Thread.ofPlatform()
                            .daemon()
                            .name("project-" + projection.name())
                            .start(() -> run(projection, until)))
                    .toList();
        }
    }

    private void run(Projection projection, CountDownLatch until) {
        while (until.getCount() > 0) {
            try (var session = ProjectionSession.open(projection, parts)) {
                troubles.remove(projection.name());
                log.info("Projecting {} into {}", projection.topic().topic(), projection.name());
                while (until.getCount() > 0) {
                    session.step();
                }
            } catch (ProjectionSession.ProjectedElsewhereException e) {
                troubles.remove(projection.name());
                pause(until);
            } catch (RuntimeException e) {
                if (until.getCount() > 0) {
                    String trouble = e.toString();
                    if (!trouble.equals(troubles.put(projection.name(), trouble))) {
                        log.warn("{} stands still; trying again: {}", projection.name(), trouble);
                    }
                    log.debug("Why {} stands still", projection.name(), e);
                    pause(until);
                }
            }
        }
    }

    private void pause(CountDownLatch until) {
        try {
            boolean over =
                    until.await(parts.settings().observability().retryDelay().toMillis(), TimeUnit.MILLISECONDS);
            log.trace("Paused, stopped meanwhile: {}", over);
        } catch (InterruptedException e) {
            log.debug("Interrupted: stopping");
        }
    }

    @Override
    public synchronized void stop() {
        stopped.countDown();
        try {
            for (Thread thread : threads) {
                if (!thread.join(java.time.Duration.ofMillis(STOP_LIMIT_MILLIS))) {
                    thread.interrupt();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads = List.of();
    }

    @Override
    public synchronized boolean isRunning() {
        return !threads.isEmpty();
    }
}
