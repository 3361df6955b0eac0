package dev.mayfly.sandbox.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShellPoolTest {
    private static final int SHELL_MB = 50;

    private final Set<Fake> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicLong now = new AtomicLong();
    private volatile boolean makingFails;
    private ShellPool<Fake> pool = pool(500);

    private final class Fake implements ShellPool.Shell {
        private volatile boolean alive = true;

        @Override
        public boolean isAlive() {
            return alive;
        }

        @Override
        public void close() {
            open.remove(this);
        }
    }

    private ShellPool<Fake> pool(int budgetMb) {
        return new ShellPool<>(this::make, _ -> SHELL_MB, budgetMb, now::get);
    }

    private Fake make(String kind) throws IOException {
        made.incrementAndGet();
        if (makingFails) {
            throw new IOException("no room");
        }
        var shell = new Fake();
        open.add(shell);
        return shell;
    }

    @AfterEach
    void nothingStays() {
        pool.close();
        assertThat(open).isEmpty();
    }

    private void awaitReady(String kind, int count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (pool.ready(kind) != count) {
            assertThat(System.nanoTime())
                    .as("%d shells of %s, not %d", pool.ready(kind), kind, count)
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private Fake taken(String kind) {
        Fake shell = pool.take(kind);
        assertThat(shell).isNotNull();
        return shell;
    }

    @Test
    void oneOfEachKindIsThereBeforeAnybodyAsks() {
        pool.open(List.of("node", "python"));
        awaitReady("node", 1);
        awaitReady("python", 1);
    }

    @Test
    void whatWasTakenIsReplaced() {
        pool.open(List.of("node"));
        awaitReady("node", 1);
        Fake shell = taken("node");
        assertThat(open).contains(shell);
        awaitReady("node", 1);
        shell.close();
    }

    @Test
    void takingNeverWaits() {
        pool.open(List.of());
        assertThat(pool.take("node")).isNull();
        awaitReady("node", 1);
    }

    @Test
    void thereAreAsManyAsWereTakenAtOnce() {
        pool.open(List.of("node"));
        for (int i = 0; i < 6; i++) {
            Fake shell = pool.take("node");
            if (shell != null) {
                shell.close();
            }
        }
        awaitReady("node", 6);
    }

    @Test
    void demandIsForgotten() {
        thereAreAsManyAsWereTakenAtOnce();
        now.addAndGet(Duration.ofMinutes(2).toNanos());
        Fake shell = taken("node");
        shell.close();
        awaitReady("node", 2);
        now.addAndGet(Duration.ofMinutes(10).toNanos());
        taken("node").close();
        awaitReady("node", 1);
    }

    @Test
    void theBudgetIsKeptAndSharedByDemand() {
        pool = pool(5 * SHELL_MB);
        for (int i = 0; i < 8; i++) {
            pool.take("node");
        }
        for (int i = 0; i < 2; i++) {
            pool.take("python");
        }
        pool.open(List.of());
        awaitReady("node", 4);
        awaitReady("python", 1);
        assertThat(open).hasSize(5);
    }

    @Test
    void withoutABudgetThereAreNone() {
        pool = pool(0);
        pool.open(List.of("node"));
        assertThat(pool.take("node")).isNull();
        assertThat(made).hasValue(0);
    }

    @Test
    void theDeadAreNeverGiven() {
        pool.open(List.of("node"));
        awaitReady("node", 1);
        open.forEach(shell -> shell.alive = false);
        assertThat(pool.take("node")).isNull();
        awaitReady("node", 1);
    }

    @Test
    void aFailureIsNotTheEndOfIt() {
        makingFails = true;
        pool.open(List.of("node"));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (made.get() == 0) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
        makingFails = false;
        Fake shell = null;
        while (shell == null) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            now.addAndGet(Duration.ofSeconds(6).toNanos());
            shell = pool.take("node");
        }
        shell.close();
    }
}
