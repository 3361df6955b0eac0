package dev.mayfly.objects.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.transaction.CannotCreateTransactionException;

class BackgroundWorkTest {
    @Test
    void noFailureEndsIt() {
        var metrics = new SimpleMeterRegistry();
        var failures = new ArrayDeque<Exception>(List.of(
                new CannotCreateTransactionException("PostgreSQL is gone"),
                new DataAccessResourceFailureException("PostgreSQL is still gone"),
                new IOException("no space left on device"),
                new UncheckedIOException(new IOException("a folder is gone")),
                new IllegalStateException("a bug")));
        int expected = failures.size();
        var done = new AtomicInteger();
        var work = new BackgroundWork("test", metrics) {
            @Override
            protected void begin() {
                repeat(Duration.ofMillis(1), () -> fail(failures.poll(), done), "Not done");
            }
        };
        work.start();
        try {
            await().until(() -> done.get() >= 2);
            assertThat(metrics.counter("mayfly.objects.background.failures", "work", "test")
                            .count())
                    .isEqualTo(expected);
            assertThat(work.isRunning()).isTrue();
        } finally {
            work.stop();
        }
        assertThat(work.isRunning()).isFalse();
    }

    private static void fail(Exception failure, AtomicInteger done) throws IOException {
        switch (failure) {
            case null -> done.incrementAndGet();
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            default -> throw new IllegalArgumentException(failure);
        }
    }
}
