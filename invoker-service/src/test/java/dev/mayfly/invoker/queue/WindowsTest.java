package dev.mayfly.invoker.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WindowsTest {
    private final AtomicLong now = new AtomicLong();
    private final Windows windows = new Windows(now::get);
    private final ConcurrentLinkedQueue<Windows.Place> entered = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        threads.shutdownNow();
    }

    private void enter(int events) {
        for (int i = 0; i < events; i++) {
            threads.submit(() -> entered.add(windows.enter("f")));
        }
    }

    private void awaitEntered(int count) {
        await().until(() -> entered.size() >= count);
        await().during(Duration.ofMillis(50)).until(() -> entered.size() == count);
    }

    @Test
    void shortOnesTakeTurnsAndNoneIsForgotten() {
        enter(100);
        awaitEntered(Windows.LEAST);
        for (int ended = 0; ended < 100; ended++) {
            await().until(() -> !entered.isEmpty());
            var place = entered.remove();
            place.took(Duration.ofMillis(1));
            place.close();
        }
        assertThat(entered).isEmpty();
    }

    @Test
    void aFunctionThatTakesLongGetsMoreAtOnce() throws Exception {
        enter(200);
        awaitEntered(Windows.LEAST);
        var place = entered.remove();
        place.took(Duration.ofMillis(100));
        place.close();
        awaitEntered(5 * Windows.LEAST);
    }

    @Test
    void thoseThatRunForLongLetOthersIn() {
        enter(500);
        awaitEntered(Windows.LEAST);
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        awaitEntered(3 * Windows.LEAST);
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        awaitEntered(7 * Windows.LEAST);
    }

    @Test
    void functionsAreNotInEachOthersWay() throws Exception {
        List<Windows.Place> others = new ArrayList<>();
        enter(100);
        awaitEntered(Windows.LEAST);
        for (int i = 0; i < Windows.LEAST; i++) {
            others.add(windows.enter("g"));
        }
        assertThat(others).hasSize(Windows.LEAST);
    }
}
