package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What happens to a sandbox between its invocations: frozen, thawed, kept as a snapshot, given up. */
public abstract class LifecycleContract extends SandboxContract {
    /** Lets time go by, measured in what another guest counts. */
    private void pass(Sandbox clock, int ticks) throws InterruptedException {
        int until = answer(invoke(clock, "{}")).asInt() + ticks;
        while (answer(invoke(clock, "{}")).asInt() < until) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aFrozenSandboxMakesNoProgress() throws Exception {
        Sandbox clock = start(Behaviour.TICK);
        Sandbox frozen = start(Behaviour.TICK);
        int before = answer(invoke(frozen, "{}")).asInt();
        frozen.freeze();
        pass(clock, 100);
        frozen.thaw();
        assertThat(answer(invoke(frozen, "{}")).asInt() - before).isLessThan(50);
        pass(frozen, 5);
    }

    @Test
    void anInvocationThawsByItself() throws Exception {
        Sandbox sandbox = start(Behaviour.COUNT);
        for (int i = 1; i <= 10; i++) {
            sandbox.freeze();
            sandbox.freeze();
            assertThat(sandbox.isReusable()).isTrue();
            assertThat(answer(invoke(sandbox, "{}")).asInt())
                    .isEqualTo(underTest().keepsState() ? i : 1);
        }
        sandbox.thaw();
        sandbox.freeze();
        sandbox.thaw();
        sandbox.thaw();
        assertThat(answer(invoke(sandbox, "{}")).asInt()).isEqualTo(underTest().keepsState() ? 11 : 1);
    }

    @Test
    void aFrozenSandboxIsClosed() throws Exception {
        Sandbox sandbox = start(Behaviour.COUNT);
        invoke(sandbox, "{}");
        sandbox.freeze();
        sandbox.close();
        assertThat(sandbox.isReusable()).isFalse();
        assertThat(underTest().traces(folder())).isEmpty();
        sandbox.freeze();
        sandbox.thaw();
    }

    @Test
    void aTimeoutEndsASandboxThatWasFrozen() throws Exception {
        Sandbox sandbox = start(Behaviour.LOOP);
        sandbox.freeze();
        sandbox.invoke(request("{}", Duration.ofMillis(300)));
        assertThat(sandbox.isReusable()).isFalse();
        sandbox.freeze();
        sandbox.close();
        assertThat(underTest().traces(folder())).isEmpty();
    }

    @Test
    void aFrozenSandboxKeepsItsMemory() throws Exception {
        Sandbox sandbox = start(Behaviour.ECHO);
        invoke(sandbox, "{}");
        sandbox.freeze();
        assertThat(sandbox.residentMemoryBytes()).isBetween(underTest().keepsState() ? 1L << 20 : 0, 1L << 30);
    }

    /** Two starts after {@link dev.mayfly.sandbox.api.SandboxTechnology#snapshot}; the test is aborted when there are none. */
    private List<Sandbox> copies(Behaviour behaviour) throws Exception {
        technology().snapshot(spec(behaviour));
        Sandbox first = start(Specs.withEnvironment(spec(behaviour), Map.of("AWS_SESSION_TOKEN", "first")));
        Sandbox second = start(Specs.withEnvironment(spec(behaviour), Map.of("AWS_SESSION_TOKEN", "second")));
        invoke(first, "1");
        Assumptions.assumeTrue(first.isRestored() && second.isRestored(), "This technology keeps no snapshots");
        return List.of(first, second);
    }

    @Test
    void startsWorkAfterASnapshot() throws Exception {
        technology().snapshot(spec(Behaviour.COUNT));
        technology().snapshot(spec(Behaviour.COUNT));
        for (int i = 0; i < 2; i++) {
            Sandbox sandbox = start(Behaviour.COUNT);
            assertThat(answer(invoke(sandbox, "{}")).asInt()).isEqualTo(1);
            assertThat(answer(invoke(sandbox, "{}")).asInt())
                    .isEqualTo(underTest().keepsState() ? 2 : 1);
        }
    }

    @Test
    void copiesShareNoRandomnessAndHaveTheRightTime() throws Exception {
        Set<String> seen = new HashSet<>();
        for (Sandbox copy : copies(Behaviour.ENTROPY)) {
            long before = System.currentTimeMillis();
            JsonNode answer = answer(invoke(copy, "{}"));
            for (String source : List.of("kernel", "runtime", "library")) {
                assertThat(seen.add(source + answer.get(source))).as(source).isTrue();
            }
            assertThat(answer.get("millis").asLong()).isBetween(before - 1_000, System.currentTimeMillis() + 1_000);
        }
    }

    @Test
    void copiesHaveCredentialsOfTheirOwn() throws Exception {
        List<Sandbox> copies = copies(Behaviour.ENVIRONMENT);
        assertThat(answer(invoke(copies.get(0), "{}")).get("AWS_SESSION_TOKEN").asString())
                .isEqualTo("first");
        assertThat(answer(invoke(copies.get(1), "{}")).get("AWS_SESSION_TOKEN").asString())
                .isEqualTo("second");
        Sandbox other = start(Specs.withEnvironment(spec(Behaviour.ENVIRONMENT), Map.of("GREETING", "other")));
        assertThat(answer(invoke(other, "{}")).get("GREETING").asString()).isEqualTo("other");
    }

    @Test
    void aSnapshotOfCodeThatFailsFailsAsAStartDoes() throws Exception {
        Assumptions.assumeTrue(underTest().hasInit(), "This technology has no init phase");
        SandboxSpec spec = spec(Behaviour.INIT_FAILS);
        try {
            technology().snapshot(spec);
        } catch (SandboxStartException e) {
            assertThat(e).hasMessageContaining("boom");
        }
        assertThat(underTest().traces(folder())).isEmpty();
        assertNextSandboxWorks();
    }

    @Test
    void aStartThatIsInterruptedLeavesNothing() throws Exception {
        for (boolean running : new boolean[] {false, true}) {
            SandboxSpec spec = Specs.withInitTimeout(spec(Behaviour.INIT_HANGS), Duration.ofSeconds(60));
            CompletableFuture<Throwable> end = new CompletableFuture<>();
            Thread starter = Thread.ofVirtual()
                    .start(() -> end.complete(Assertions.catchThrowable(
                            () -> technology().start(spec).close())));
            while (running && underTest().traces(folder()).isEmpty()) {
                Thread.onSpinWait();
            }
            starter.interrupt();
            assertThat(end.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
            assertThat(underTest().traces(folder())).isEmpty();
        }
        assertNextSandboxWorks();
    }

    @Test
    void anInvocationThatIsInterruptedEndsItsSandbox() throws Exception {
        Sandbox sandbox = start(Behaviour.LOOP);
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread invoker = Thread.ofVirtual()
                .start(() -> end.complete(
                        Assertions.catchThrowable(() -> sandbox.invoke(request("{}", Duration.ofSeconds(60))))));
        invoker.interrupt();
        assertThat(end.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        assertThat(sandbox.isReusable()).isFalse();
        sandbox.close();
        assertThat(underTest().traces(folder())).isEmpty();
    }
}
