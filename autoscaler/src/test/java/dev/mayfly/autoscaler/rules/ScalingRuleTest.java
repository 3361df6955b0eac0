package dev.mayfly.autoscaler.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.scaling.FunctionLoad;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ScalingRuleTest {
    private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
    private final ScalingRule rule = new ScalingRule(settings());
    private final LoadHistory load = new LoadHistory(Duration.ofSeconds(60));

    static ScalingSettings settings() {
        return new ScalingSettings(
                Duration.ofSeconds(60),
                Duration.ofSeconds(6),
                2.0,
                4,
                Duration.ofMinutes(10),
                1000,
                Duration.ofSeconds(1));
    }

    private void report(int from, int to, int inFlight, int queued) {
        for (int second = from; second <= to; second++) {
            load.add(new FunctionLoad("a:f:1", "i1", 1, inFlight, queued, 0, 1000, START.plusSeconds(second)));
        }
    }

    private ScalingRule.Desired decide(int current, int second) {
        return rule.decide(load, current, Instant.EPOCH, START.plusSeconds(second));
    }

    @Test
    void calmLoadIsAveragedOverTheStableWindow() {
        report(1, 60, 3, 0);
        assertThat(decide(3, 60).sandboxes()).isEqualTo(3);
        assertThat(decide(3, 60).reason()).isEqualTo("stable: concurrency 3.0 over 60 s, 0 queued");
    }

    @Test
    void aBurstCountsByThePanicWindow() {
        report(1, 54, 1, 0);
        report(55, 60, 20, 0);
        assertThat(decide(1, 60).sandboxes()).isEqualTo(20);
        assertThat(decide(1, 60).reason()).startsWith("burst:");
    }

    @Test
    void aBurstNeverLowers() {
        report(55, 60, 20, 0);
        assertThat(decide(10, 60).sandboxes()).isEqualTo(20);
        assertThat(rule.decide(load, 30, START.plusSeconds(50), START.plusSeconds(60))
                        .sandboxes())
                .isEqualTo(30);
    }

    @Test
    void whatWaitsCallsForMore() {
        report(1, 60, 2, 9);
        assertThat(decide(2, 60).sandboxes()).isEqualTo(2 + 3);
    }

    @Test
    void anOldQueueReportDoesNotCount() {
        report(1, 50, 2, 9);
        assertThat(decide(2, 60).reason()).endsWith("0 queued");
    }

    @Test
    void fallingWaitsForAStableWindowAfterTheLastChange() {
        report(1, 60, 1, 0);
        assertThat(rule.decide(load, 5, START.plusSeconds(30), START.plusSeconds(60))
                        .sandboxes())
                .isEqualTo(5);
        assertThat(rule.decide(load, 5, START, START.plusSeconds(60)).sandboxes())
                .isEqualTo(1);
    }

    @Test
    void oneStaysUntilTheKeepAliveThenNone() {
        report(1, 1, 1, 0);
        assertThat(decide(1, 600).sandboxes()).isEqualTo(1);
        assertThat(decide(1, 601).sandboxes()).isZero();
        assertThat(decide(1, 601).reason()).isEqualTo("idle for 600 s");
    }

    @Test
    void invokersAddUp() {
        report(1, 60, 2, 4);
        for (int second = 1; second <= 60; second++) {
            load.add(new FunctionLoad("a:f:1", "i2", 1, 3, 4, 0, 1000, START.plusSeconds(second)));
        }
        assertThat(decide(5, 60).sandboxes()).isEqualTo(5 + 2);
    }

    @Test
    void invocationsShorterThanAReportCount() {
        for (int second = 1; second <= 60; second++) {
            load.add(new FunctionLoad("a:f:1", "i1", 50, 0, 0, 0, 1000, START.plusSeconds(second)));
        }
        assertThat(decide(1, 60).sandboxes()).isEqualTo(1);
    }

    @Test
    void thereIsACeiling() {
        report(1, 60, 5000, 0);
        assertThat(decide(1, 60).sandboxes()).isEqualTo(1000);
    }
}
