package dev.mayfly.host.lease;

import static dev.mayfly.host.lease.FakeSandboxes.function;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.scaling.ScalingDecision;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When the state of a revision is kept for its next start. */
class SnapshotsTest {
    private final FakeSandboxes sandboxes = new FakeSandboxes();
    private final SandboxPool pool = sandboxes.pool();

    @AfterEach
    void close() {
        pool.close();
        sandboxes.assertAllEnded();
        assertThat(pool.promisedMb()).isZero();
    }

    @Test
    void aRevisionsStateIsKeptOnceAfterItsFirstColdStart() throws Exception {
        var first = function("f", "1", 128);
        var busy = pool.acquire(first, line -> {});
        pool.acquire(first, line -> {}).close();
        busy.close();
        await().until(() -> sandboxes.snapshots.equals(List.of("f@1 of 2")));
        pool.deleted("another");
        pool.sweep();
        pool.acquire(function("f", "2", 128), line -> {}).close();
        await().until(() ->
                sandboxes.snapshots.size() == 2 && sandboxes.snapshots.getLast().startsWith("f@2"));
        await().until(() -> pool.promisedMb() == 128);
    }

    @Test
    void noSnapshotIsTakenForModulesForRestoredSandboxesAndWithoutMemory() throws Exception {
        pool.acquire(function("module", "1", 128, Isolation.WASM), line -> {}).close();
        pool.acquire(function("large", "1", 1024), line -> {}).close();
        sandboxes.restores = true;
        pool.acquire(function("restored", "1", 128), line -> {}).close();
        sandboxes.restores = false;
        pool.acquire(function("last", "1", 128), line -> {}).close();
        await().until(() -> !sandboxes.snapshots.isEmpty());
        assertThat(sandboxes.snapshots).singleElement().asString().startsWith("last@1");
    }

    @Test
    void aSnapshotThatFailsGivesItsMemoryBackAndIsNotTriedAgain() throws Exception {
        sandboxes.snapshotsFail = true;
        var version = function("f", "1", 128);
        pool.acquire(version, line -> {}).close();
        await().until(() -> sandboxes.snapshots.size() == 1 && pool.promisedMb() == 128);
        pool.apply(new ScalingDecision(version.key(), 0, "test", Instant.EPOCH), Optional.of(version));
        await().until(sandboxes.alive::isEmpty);
        pool.acquire(version, line -> {}).close();
        pool.acquire(function("other", "1", 128), line -> {}).close();
        await().until(() -> sandboxes.snapshots.size() == 2);
        assertThat(sandboxes.snapshots.getLast()).startsWith("other@1");
    }
}
