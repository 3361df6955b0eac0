package dev.mayfly.autoscaler.decisions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mayfly.autoscaler.rules.ScalingSettings;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.contracts.scaling.FunctionLoad;
import dev.mayfly.contracts.scaling.HostStatus;
import dev.mayfly.contracts.scaling.ScalingDecision;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AutoscalerTest {
    private static final String KEY = "000000000000:hello:$LATEST";
    private static final ScalingSettings SETTINGS = new ScalingSettings(
            Duration.ofSeconds(60), Duration.ofSeconds(6), 2.0, 4, Duration.ofMinutes(10), 1000, Duration.ofSeconds(1));

    private static final class MovedClock extends Clock {
        private Instant now = Instant.parse("2030-01-01T00:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }

        void move(Duration by) {
            now = now.plus(by);
        }
    }

    private final MovedClock clock = new MovedClock();
    private final Autoscaler autoscaler = new Autoscaler(SETTINGS, clock);

    private FunctionLoad load(int arrivals, int inFlight) {
        return new FunctionLoad(KEY, "i1", arrivals, inFlight, 0, 0, 1000, clock.instant());
    }

    private List<ScalingDecision> decideAndRecall(Autoscaler which) {
        var decided = which.decide();
        decided.forEach(which::recall);
        return decided;
    }

    @Test
    void decidesOnlyWhatChanged() {
        autoscaler.observe(load(1, 1));
        assertThat(decideAndRecall(autoscaler))
                .extracting(ScalingDecision::desired)
                .containsExactly(1);
        clock.move(Duration.ofSeconds(1));
        autoscaler.observe(load(1, 1));
        assertThat(decideAndRecall(autoscaler)).isEmpty();
    }

    @Test
    void whatIsProvisionedIsKeptUntilNobodyWantsItAnyMore() {
        var alias = new InvocationRules.Alias("live", "1", Map.of("2", 0.25));
        var rules = new InvocationRules(
                "000000000000",
                "f",
                "r",
                "2",
                List.of(alias),
                null,
                List.of(new InvocationRules.Provisioned("live", 4), new InvocationRules.Provisioned("2", 1)),
                List.of(),
                List.of(),
                null);
        autoscaler.observe(rules);
        assertThat(decideAndRecall(autoscaler))
                .extracting(ScalingDecision::functionKey, ScalingDecision::desired, ScalingDecision::provisioned)
                .containsExactlyInAnyOrder(tuple("000000000000:f:1", 3, 3), tuple("000000000000:f:2", 2, 2));
        clock.move(Duration.ofDays(1));
        assertThat(decideAndRecall(autoscaler)).isEmpty();
        assertLetGo();
        clock.move(Duration.ofSeconds(1));
        autoscaler.observe(rules);
        assertThat(decideAndRecall(autoscaler)).hasSize(2);
        assertLetGo();
    }

    private void assertLetGo() {
        clock.move(Duration.ofSeconds(1));
        autoscaler.forgetRules("000000000000:f");
        assertThat(decideAndRecall(autoscaler))
                .extracting(ScalingDecision::desired, ScalingDecision::provisioned)
                .containsExactly(tuple(0, 0), tuple(0, 0));
    }

    @Test
    void anUnpublishedDecisionIsMadeAgain() {
        autoscaler.observe(load(1, 1));
        assertThat(autoscaler.decide()).hasSize(1);
        assertThat(autoscaler.decide()).hasSize(1);
    }

    @Test
    void idleGoesToZeroOnce() {
        autoscaler.observe(load(1, 1));
        decideAndRecall(autoscaler);
        clock.move(Duration.ofMinutes(10));
        assertThat(decideAndRecall(autoscaler))
                .extracting(ScalingDecision::desired)
                .containsExactly(0);
        clock.move(Duration.ofMinutes(10));
        assertThat(decideAndRecall(autoscaler)).isEmpty();
    }

    @Test
    void aRestartDoesNotLoseTheIdleDown() {
        autoscaler.observe(load(1, 1));
        var standing = decideAndRecall(autoscaler).getFirst();
        clock.move(Duration.ofHours(3));
        var restarted = new Autoscaler(SETTINGS, clock);
        restarted.recall(standing);
        assertThat(decideAndRecall(restarted)).isEmpty();
        clock.move(Duration.ofMinutes(10));
        assertThat(decideAndRecall(restarted))
                .extracting(ScalingDecision::desired)
                .containsExactly(0);
    }

    @Test
    void aRestartKeepsWhatWasHeard() {
        var heard = load(1, 1);
        clock.move(Duration.ofMinutes(9));
        var restarted = new Autoscaler(SETTINGS, clock);
        restarted.recall(new ScalingDecision(KEY, 1, "before", heard.at()));
        restarted.observe(heard);
        clock.move(Duration.ofMinutes(1));
        assertThat(decideAndRecall(restarted))
                .extracting(ScalingDecision::desired)
                .containsExactly(0);
    }

    @Test
    void sandboxesThatNobodyDecidedEndToo() {
        autoscaler.observe(new HostStatus(
                "h1", "http://h1", List.of(), 0, 0, List.of(new HostStatus.Sandboxes(KEY, 1, 0)), clock.now));
        decideAndRecall(autoscaler);
        clock.move(Duration.ofMinutes(10));
        assertThat(decideAndRecall(autoscaler))
                .extracting(ScalingDecision::desired)
                .containsExactly(0);
    }

    @Test
    void accountsSeeTheirOwn() {
        autoscaler.observe(load(1, 1));
        decideAndRecall(autoscaler);
        assertThat(autoscaler.of("000000000000")).hasSize(1);
        assertThat(autoscaler.of("111111111111")).isEmpty();
    }

    @Test
    void anOlderDecisionDoesNotReplaceANewerOne() {
        autoscaler.recall(new ScalingDecision(KEY, 2, "new", clock.instant()));
        autoscaler.recall(new ScalingDecision(KEY, 7, "old", clock.instant().minusSeconds(5)));
        assertThat(autoscaler.of("000000000000"))
                .extracting(ScalingDecision::desired)
                .containsExactly(2);
    }
}
