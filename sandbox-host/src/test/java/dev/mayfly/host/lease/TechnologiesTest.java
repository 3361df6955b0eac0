package dev.mayfly.host.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.scaling.HostStatus;
import dev.mayfly.sandbox.api.Availability;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxTechnology;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class TechnologiesTest {
    private static final class Fake implements SandboxTechnology {
        private final Isolation isolation;
        private final CountDownLatch mayAnswer;
        private volatile Availability answer;
        private volatile boolean interrupted;
        private volatile boolean closed;

        Fake(Isolation isolation, Availability answer, CountDownLatch mayAnswer) {
            this.isolation = isolation;
            this.answer = answer;
            this.mayAnswer = mayAnswer;
        }

        @Override
        public Isolation isolation() {
            return isolation;
        }

        @Override
        public Availability check() {
            try {
                mayAnswer.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
            if (answer.detail().equals("throw")) {
                throw new IllegalStateException("a bug");
            }
            return answer;
        }

        @Override
        public List<String> runtimes() {
            return List.of("nodejs20.x");
        }

        @Override
        public void recover() {}

        @Override
        public Sandbox start(SandboxSpec spec) {
            throw new IllegalStateException("Not tested");
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final CountDownLatch quick = new CountDownLatch(1);
    private final CountDownLatch never = new CountDownLatch(1);
    private final Fake container = new Fake(Isolation.CONTAINER, Availability.yes("runc 1"), quick);
    private final Fake wasm = new Fake(Isolation.WASM, Availability.yes("throw"), quick);
    private final Fake gvisor = new Fake(Isolation.GVISOR, Availability.no("there is no runsc"), new CountDownLatch(0));
    private final Fake slow = new Fake(Isolation.MICROVM, Availability.yes("qemu"), never);

    @Test
    void aTierIsOfferedOnceItsOwnCheckHasEnded() throws Exception {
        var technologies = new Technologies(List.of(slow, container, wasm, gvisor));
        assertThat(technologies.tiers()).extracting(HostStatus.Tier::checking).containsOnly(true);
        technologies.open();

        await().until(() -> !technologies.tiers().get(2).checking());
        assertThat(technologies.isOpen()).isFalse();
        quick.countDown();
        await().until(technologies::isOpen);
        assertThat(technologies.tiers())
                .containsExactly(
                        new HostStatus.Tier(
                                Isolation.WASM,
                                false,
                                false,
                                "trying it failed: java.lang.IllegalStateException: a bug",
                                List.of()),
                        new HostStatus.Tier(Isolation.CONTAINER, true, false, "runc 1", List.of("nodejs20.x")),
                        new HostStatus.Tier(Isolation.GVISOR, false, false, "there is no runsc", List.of()),
                        new HostStatus.Tier(
                                Isolation.MICROVM,
                                false,
                                true,
                                "being checked: the first time this may take minutes",
                                List.of()));
        assertThat(technologies.require(Isolation.CONTAINER, "nodejs20.x")).isSameAs(container);
        assertRefused(technologies, Isolation.CONTAINER, "python3.11", "it has [nodejs20.x]", false);
        assertRefused(technologies, Isolation.GVISOR, "nodejs20.x", "there is no runsc", false);
        assertRefused(technologies, Isolation.MICROVM, "nodejs20.x", "being checked", true);

        technologies.close();
        assertThat(slow.interrupted && slow.closed && container.closed).isTrue();
    }

    @Test
    void aTierThatDidNotWorkIsTriedAgain() {
        try (var technologies = new Technologies(List.of(gvisor), List.of(Duration.ofMillis(1)))) {
            technologies.open();
            await().until(() -> !technologies.tiers().get(2).checking());
            assertRefused(technologies, Isolation.GVISOR, "nodejs20.x", "there is no runsc", false);
            gvisor.answer = Availability.yes("runsc 1");
            await().until(() -> technologies.tiers().get(2).available());
        }
    }

    @Test
    void whatIsNotBuiltInIsSaid() throws Exception {
        try (var technologies = new Technologies(List.of())) {
            technologies.open();
            assertThat(technologies.isOpen()).isTrue();
            assertRefused(technologies, Isolation.WASM, "wasm32-wasip1", "not built into this version", false);
        }
    }

    private static void assertRefused(
            Technologies technologies, Isolation isolation, String runtime, String why, boolean temporary) {
        assertThatThrownBy(() -> technologies.require(isolation, runtime))
                .isInstanceOfSatisfying(
                        TierUnavailableException.class,
                        refused -> assertThat(refused.isTemporary()).isEqualTo(temporary))
                .hasMessageContaining(why);
    }
}
