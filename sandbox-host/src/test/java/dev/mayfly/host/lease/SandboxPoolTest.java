package dev.mayfly.host.lease;

import static dev.mayfly.host.lease.FakeSandboxes.function;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.scaling.HostStatus;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SandboxPoolTest {
    private final FakeSandboxes sandboxes = new FakeSandboxes();
    private final SandboxPool pool = sandboxes.pool();

    @AfterEach
    void close() {
        pool.close();
        sandboxes.assertAllEnded();
        assertThat(pool.promisedMb()).isZero();
    }

    @Test
    void idleSandboxesAreUsedAgain() throws Exception {
        var version = function("f", "1", 256);
        String first;
        try (var lease = pool.acquire(version, line -> {})) {
            assertThat(lease.isCold()).isTrue();
            first = lease.sandbox().id();
        }
        try (var lease = pool.acquire(version, line -> {})) {
            assertThat(lease.isCold()).isFalse();
            assertThat(lease.sandbox().id()).isEqualTo(first);
        }
        assertThat(pool.sandboxes()).containsExactly(new HostStatus.Sandboxes(version.key(), 1, 0));
    }

    @Test
    void deadSandboxesAreNot() throws Exception {
        var version = function("f", "1", 256);
        try (var lease = pool.acquire(version, line -> {})) {
            sandboxes.alive.get(lease.sandbox().id()).reusable = false;
        }
        await().until(() -> pool.promisedMb() == 0);
        try (var lease = pool.acquire(version, line -> {})) {
            assertThat(lease.isCold()).isTrue();
        }
    }

    @Test
    void aNewRevisionEndsTheOld() throws Exception {
        pool.acquire(function("f", "1", 256), line -> {}).close();
        try (var lease = pool.acquire(function("f", "2", 256), line -> {})) {
            assertThat(lease.isCold()).isTrue();
        }
        await().until(() -> pool.promisedMb() == 256);
    }

    @Test
    void aSandboxOfAnOldRevisionEndsWithItsInvocation() throws Exception {
        var old = pool.acquire(function("f", "1", 256), line -> {});
        pool.changed(function("f", "2", 256));
        old.close();
        await().until(() -> pool.promisedMb() == 0);
    }

    @Test
    void deletionEndsIdleSandboxes() throws Exception {
        var version = function("f", "1", 256);
        pool.acquire(version, line -> {}).close();
        pool.deleted(version.key());
        await().until(() -> sandboxes.alive.isEmpty() && pool.sandboxes().isEmpty());
    }

    @Test
    void idleSandboxesMakeRoomAndBusyOnesDoNot() throws Exception {
        pool.acquire(function("idle", "1", 512), line -> {}).close();
        try (var busy = pool.acquire(function("busy", "1", 512), line -> {});
                var other = pool.acquire(function("other", "1", 512), line -> {})) {
            assertThat(busy.isCold() && other.isCold()).isTrue();
            assertThat(pool.promisedMb()).isEqualTo(1024);
            assertThatThrownBy(() -> pool.acquire(function("third", "1", 512), line -> {}))
                    .isInstanceOf(NoRoomException.class)
                    .hasMessageContaining("1024 MB");
        }
    }

    @Test
    void aFailedStartPromisesNothing() {
        sandboxes.startsFail = true;
        assertThatThrownBy(() -> pool.acquire(function("f", "1", 256), line -> {}))
                .isInstanceOf(SandboxStartException.class);
        assertThat(pool.promisedMb()).isZero();
        assertThat(pool.sandboxes()).isEmpty();
    }

    @Test
    void sweepingEndsWhatWasIdleForTooLong() throws Exception {
        try (var impatient = sandboxes.pool(1024, Duration.ZERO, Duration.ofHours(6))) {
            impatient.acquire(function("f", "1", 128), line -> {}).close();
            impatient.sweep();
            await().until(() -> impatient.promisedMb() == 0);
        }
    }

    @Test
    void oldSandboxesAreReplaced() throws Exception {
        try (var shortLived = sandboxes.pool(1024, Duration.ofMinutes(10), Duration.ZERO)) {
            shortLived.acquire(function("f", "1", 128), line -> {}).close();
            try (var lease = shortLived.acquire(function("f", "1", 128), line -> {})) {
                assertThat(lease.isCold()).isTrue();
            }
        }
    }

    @Test
    void manyAtOnceKeepTheCount() throws Exception {
        var limit = new CountDownLatch(200);
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 200; i++) {
                var version = function("f" + i % 7, "1", 32);
                callers.submit(() -> {
                    try (var lease = pool.acquire(version, line -> {})) {
                        lease.sandbox().invoke(new InvocationRequest("r", new byte[0], Duration.ZERO, "", null, null));
                    } catch (NoRoomException e) {
                        assertThat(e).hasMessageContaining("in use");
                    }
                    limit.countDown();
                    return null;
                });
            }
        }
        assertThat(limit.getCount()).isZero();
        await().until(() -> pool.promisedMb() == sandboxes.alive.size() * 32L);
    }

    @Test
    void aSandboxThatDiedWhileIdleIsReplaced() throws Exception {
        var version = function("f", "1", 128);
        pool.acquire(version, line -> {}).close();
        await().until(() -> sandboxes.snapshots.size() == 1 && pool.promisedMb() == 128);
        sandboxes.alive.values().iterator().next().reusable = false;
        try (var lease = pool.acquire(version, line -> {})) {
            assertThat(lease.isCold()).isTrue();
        }
        await().until(() -> pool.promisedMb() == 128);
    }
}
