package dev.mayfly.host.lease;

import static dev.mayfly.host.lease.FakeSandboxes.function;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.scaling.HostStatus;
import dev.mayfly.contracts.scaling.ScalingDecision;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is started before an invocation waits for it. */
class StartsAheadTest {
    private final FakeSandboxes sandboxes = new FakeSandboxes();
    private final SandboxPool pool = sandboxes.pool();

    @AfterEach
    void close() {
        pool.close();
        sandboxes.assertAllEnded();
        assertThat(pool.promisedMb()).isZero();
    }

    @Test
    void decisionsStartAheadAndEndSurplus() {
        var version = function("f", "1", 128);
        pool.apply(new ScalingDecision(version.key(), 3, "test", Instant.EPOCH), Optional.of(version));
        await().until(() -> pool.sandboxes().equals(List.of(new HostStatus.Sandboxes(version.key(), 3, 0))));
        pool.apply(new ScalingDecision(version.key(), 1, "test", Instant.EPOCH), Optional.of(version));
        await().until(() -> sandboxes.alive.size() == 1);
        pool.apply(new ScalingDecision(version.key(), 0, "test", Instant.EPOCH), Optional.of(version));
        await().until(sandboxes.alive::isEmpty);
    }

    @Test
    void decisionsForUnknownFunctionsStartNothing() {
        pool.apply(new ScalingDecision("000000000000:gone:$LATEST", 3, "test", Instant.EPOCH), Optional.empty());
        assertThat(pool.sandboxes()).isEmpty();
        assertThat(sandboxes.started).hasValue(0);
    }

    @Test
    void startingAheadNeverExceedsMemory() {
        var version = function("f", "1", 512);
        pool.apply(new ScalingDecision(version.key(), 10, "test", Instant.EPOCH), Optional.of(version));
        await().until(() -> sandboxes.alive.size() == 2);
        assertThat(pool.promisedMb()).isEqualTo(1024);
    }

    @Test
    void whatIsProvisionedStaysAndIsReplaced() throws Exception {
        var version = function("f", "1", 256);
        try (var impatient = sandboxes.pool(1024, Duration.ZERO, Duration.ofHours(6))) {
            var ready = new HostStatus.Sandboxes(version.key(), 3, 0, 0, 3);
            await().until(() -> {
                impatient.keep(version, 3);
                return impatient.sandboxes().equals(List.of(ready));
            });
            impatient.sweep();
            var large = function("large", "1", 512);
            assertThatThrownBy(() -> impatient.acquire(large, line -> {})).isInstanceOf(NoRoomException.class);
            assertThat(impatient.sandboxes()).contains(ready);
            sandboxes.alive.values().stream().findAny().orElseThrow().reusable = false;
            impatient.sweep();
            await().until(() -> impatient.promisedMb() == 512);
            impatient.keep(version, 3);
            await().until(() -> impatient.sandboxes().contains(ready));
            impatient.apply(new ScalingDecision(version.key(), 1, "no longer", Instant.EPOCH), Optional.of(version));
            impatient.sweep();
            await().until(() -> impatient.promisedMb() == 0);
        }
    }

    @Test
    void whatWasStartedForAnInvocationIsNotKept() throws Exception {
        var version = function("f", "1", 128);
        pool.acquire(version, line -> {}).close();
        assertThat(pool.sandboxes()).containsExactly(new HostStatus.Sandboxes(version.key(), 1, 0));
        await().until(() -> {
            pool.keep(version, 2);
            return pool.sandboxes().equals(List.of(new HostStatus.Sandboxes(version.key(), 3, 0, 0, 2, 2, null)));
        });
        assertThat(sandboxes.startedProvisioned).hasValue(2);
        try (var first = pool.acquire(version, line -> {});
                var second = pool.acquire(version, line -> {})) {
            assertThat(pool.sandboxes())
                    .as("those are used first that are kept")
                    .containsExactly(new HostStatus.Sandboxes(version.key(), 1, 2, 0, 2, 2, null));
            assertThat(first.isCold() || second.isCold()).isFalse();
        }
        pool.keep(version, 1);
        await().until(() -> sandboxes.alive.size() == 2);
        assertThat(pool.sandboxes()).containsExactly(new HostStatus.Sandboxes(version.key(), 2, 0, 0, 1, 1, null));
        pool.apply(new ScalingDecision(version.key(), 1, 1, "less", Instant.EPOCH), Optional.of(version));
        await().until(() -> sandboxes.alive.size() == 1);
        assertThat(pool.sandboxes()).containsExactly(new HostStatus.Sandboxes(version.key(), 1, 0, 0, 1, 1, null));
    }

    @Test
    void whatIsProvisionedIsStartedAsSuchAndItsFailureIsTold() {
        var version = function("f", "1", 128);
        pool.apply(new ScalingDecision(version.key(), 3, 2, "provisioned", Instant.EPOCH), Optional.of(version));
        await().until(() -> pool.sandboxes().equals(List.of(new HostStatus.Sandboxes(version.key(), 3, 0, 0, 2))));
        assertThat(sandboxes.startedProvisioned).hasValue(2);
        sandboxes.startsFail = true;
        var broken = function("broken", "1", 128);
        await().until(() -> {
            pool.keep(broken, 1);
            return pool.sandboxes().stream().anyMatch(one -> "exit status 1".equals(one.failure()));
        });
        assertThat(pool.promisedMb()).isEqualTo(3 * 128);
        pool.keep(broken, 0);
        pool.apply(new ScalingDecision(broken.key(), 0, "no longer", Instant.EPOCH), Optional.of(broken));
        assertThat(pool.sandboxes())
                .extracting(HostStatus.Sandboxes::functionKey)
                .containsExactly(version.key());
    }
}
