package dev.mayfly.host.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.LogSettings;
import dev.mayfly.contracts.function.Network;
import dev.mayfly.host.lease.Preparations.Outcome;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who gets memory and a place for a preparation, when, and for how long. */
class PreparationsTest {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final int TRAINING_MB = 700;

    private final FakeSandboxes sandboxes = new FakeSandboxes();
    private final SandboxPool pool = sandboxes.pool();
    private final List<String> begun = new CopyOnWriteArrayList<>();
    private final List<Long> promised = new CopyOnWriteArrayList<>();
    private final List<Duration> limits = new CopyOnWriteArrayList<>();
    private final Semaphore mayEnd = new Semaphore(0);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** Takes 700 MB of the pool's 1,024, and as long as the test wants. */
    private final Snapshots.Taker taker = new Snapshots.Taker() {
        @Override
        public void take(FunctionVersion version, Duration most) throws InterruptedException {
            begun.add(version.accountId() + " " + version.name());
            promised.add(pool.promisedMb());
            limits.add(most);
            mayEnd.acquire();
        }

        @Override
        public int memoryMb(FunctionVersion version) {
            return version.memoryMb() > 1024 ? version.memoryMb() : TRAINING_MB;
        }
    };

    @AfterEach
    void close() {
        threads.shutdownNow();
        pool.close();
        sandboxes.assertAllEnded();
        assertThat(pool.promisedMb()).isZero();
    }

    private Preparations preparations(Snapshots.Taker with, Duration turnWait, Duration roomWait) {
        return new Preparations(_ -> {}, with, pool.room(), turnWait, roomWait);
    }

    private static FunctionVersion version(String account, String name, int memoryMb, boolean snapStart) {
        return new FunctionVersion(
                account,
                name,
                "1",
                "revision",
                "java25",
                "a.b",
                memoryMb,
                900,
                512,
                Map.of(),
                "00",
                1,
                Isolation.CONTAINER,
                Network.NONE,
                "Pending",
                null,
                Instant.EPOCH,
                List.of(),
                null,
                LogSettings.ofFunction(name),
                snapStart,
                null,
                false,
                java.util.List.of());
    }

    @Test
    void memoryIsPromisedFirstAndWaitedForAtTheExpenseOfIdleSandboxes() throws Exception {
        var preparations = preparations(taker, LONG, LONG);
        var lease = pool.acquire(FakeSandboxes.function("busy", "1", 512), _ -> {});
        Future<Outcome> prepared = threads.submit(() -> preparations.prepare(version("1", "f", 128, true), LONG));
        await().during(Duration.ofMillis(400)).until(begun::isEmpty);
        lease.close();
        await().until(() -> begun.size() == 1);
        assertThat(promised).containsExactly((long) TRAINING_MB);
        mayEnd.release();
        assertThat(prepared.get()).isInstanceOf(Outcome.Ready.class);
        assertThat(pool.promisedMb()).isZero();
    }

    @Test
    void withoutMemoryItIsForLaterUnlessItOnlyMakesStartsFaster() throws Exception {
        var preparations = preparations(taker, LONG, SHORT);
        var idle = pool.acquire(FakeSandboxes.function("idle", "1", 128), _ -> {});
        try (var _ = pool.acquire(FakeSandboxes.function("busy", "1", 512), _ -> {})) {
            idle.close();
            assertThat(preparations.prepare(version("1", "f", 128, true), LONG)).isInstanceOf(Outcome.Busy.class);
            assertThat(preparations.prepare(version("1", "f", 128, false), LONG))
                    .isInstanceOf(Outcome.Ready.class);
            // What would not have been enough was not ended for it.
            assertThat(sandboxes.alive).hasSize(2);
        }
        assertThat(preparations.prepare(version("1", "large", 2048, true), LONG))
                .isInstanceOfSatisfying(
                        Outcome.Elsewhere.class,
                        elsewhere -> assertThat(elsewhere.message()).contains("2048 MB", "1024 MB"));
        assertThat(begun).isEmpty();
    }

    @Test
    void whatReachesItsLimitIsEndedAndGivesItsPlaceAndMemoryBack() throws Exception {
        var interrupted = new CountDownLatch(1);
        Snapshots.Taker endless = (version, most) -> {
            limits.add(most);
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        };
        var preparations = preparations(endless, LONG, LONG);
        assertThat(preparations.prepare(version("1", "f", 128, true), SHORT)).isInstanceOf(Outcome.Elsewhere.class);
        interrupted.await();
        await().until(() -> pool.promisedMb() == 0);
        assertThat(limits.getFirst()).isLessThanOrEqualTo(SHORT);
    }

    @Test
    void anInitPhaseThatTakesAllTheTimeThereIsNeverWorks() throws Exception {
        Snapshots.Taker slow = (version, most) -> {
            throw SandboxStartException.function("Sandbox.Timedout", "too long", most.toNanos());
        };
        assertThat(preparations(slow, LONG, LONG).prepare(version("1", "f", 128, true), SHORT))
                .isEqualTo(new Outcome.Impossible("FunctionError.InitTimeout", "too long"));
    }

    @Test
    void accountsHaveTheirTurnsAndWhoHasNoneInTimeIsTold() throws Exception {
        Snapshots.Taker small = new Snapshots.Taker() {
            @Override
            public void take(FunctionVersion version, Duration most)
                    throws SandboxStartException, TierUnavailableException, InterruptedException {
                taker.take(version, most);
            }

            @Override
            public int memoryMb(FunctionVersion version) {
                return 100;
            }
        };
        var preparations = preparations(small, LONG, LONG);
        List<CompletableFuture<Outcome>> all = new ArrayList<>();
        begin(preparations, "greedy", "1", all);
        begin(preparations, "greedy", "2", all);
        await().until(() -> begun.size() == 2);
        begin(preparations, "greedy", "3", all);
        await().until(() -> preparations.waiting("greedy") == 1);
        begin(preparations, "other", "1", all);
        await().until(() -> preparations.waiting("other") == 1);
        // Asked for again, it is the same work.
        begin(preparations, "other", "1", all);
        for (int place = 2; place < 8; place++) {
            begin(preparations, "greedy", "more-" + place, all);
        }
        await().until(() -> preparations.waiting("greedy") == 7);
        begin(preparations, "greedy", "more-8", all);
        await().until(() -> preparations.waiting("greedy") == 8);
        assertThat(preparations.prepare(version("greedy", "too-many", 128, true), LONG))
                .isInstanceOf(Outcome.Busy.class);
        mayEnd.release();
        await().until(() -> begun.size() == 3);
        assertThat(begun.getLast()).isEqualTo("other 1");
        mayEnd.release(20);
        for (var one : all) {
            assertThat(one.get()).isInstanceOf(Outcome.Ready.class);
        }
        assertThat(begun).doesNotHaveDuplicates().hasSize(11);
    }

    private void begin(Preparations preparations, String account, String name, List<CompletableFuture<Outcome>> all) {
        all.add(CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return preparations.prepare(version(account, name, 128, true), LONG);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                },
                threads));
    }

    @Test
    void whoHasNoPlaceInTimeIsTold() throws Exception {
        var preparations = preparations((version, most) -> taker.take(version, most), SHORT, LONG);
        List<CompletableFuture<Outcome>> all = new ArrayList<>();
        begin(preparations, "1", "a", all);
        begin(preparations, "1", "b", all);
        await().until(() -> begun.size() == 2);
        assertThat(preparations.prepare(version("2", "c", 128, true), LONG)).isInstanceOf(Outcome.Busy.class);
        mayEnd.release(2);
        for (var one : all) {
            assertThat(one.get()).isInstanceOf(Outcome.Ready.class);
        }
    }
}
