package dev.mayfly.host.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.SandboxStartException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who gets what a sandbox writes: an invocation, or its function's log at once. */
class SandboxLogTest {
    private final List<String> own = new ArrayList<>();
    private final List<String> invocation = new ArrayList<>();
    private final SandboxLog log = new SandboxLog(new SandboxLines() {
        @Override
        public void started(Origin origin) {
            own.add("started " + origin.initializationType() + " " + origin.stream());
        }

        @Override
        public void failed(Origin origin, Duration init, String errorType) {
            own.add("failed " + errorType + " after " + init.toMillis());
        }

        @Override
        public void line(Origin origin, Instant time, String text) {
            own.add(text);
        }
    });

    SandboxLogTest() {
        log.of(new SandboxLines.Origin(
                FakeSandboxes.function("f", "1", 128), "stream", "provisioned-concurrency", Instant.EPOCH));
    }

    @Test
    void whatIsStartedAheadTellsOfItselfWithoutAnInvocation() {
        log.line("init");
        assertThat(own).as("somebody may wait for it").isEmpty();
        log.readByNobody();
        log.line("late");
        assertThat(own).containsExactly("started provisioned-concurrency stream", "init", "late");
        log.readBy(invocation::add);
        log.line("invoked");
        log.readByNobody();
        log.line("between");
        assertThat(invocation).containsExactly("invoked");
        assertThat(own).hasSize(3);
        log.readBy(invocation::add);
        log.readByNobody();
        log.line("asked to end");
        log.ended();
        assertThat(invocation).containsExactly("invoked", "between");
        assertThat(own).hasSize(4).last().isEqualTo("asked to end");
    }

    @Test
    void whatIsStartedForAnInvocationBelongsToIt() {
        log.line("init");
        log.readBy(invocation::add);
        log.readByNobody();
        log.ended();
        assertThat(invocation).containsExactly("init");
        assertThat(own).isEmpty();
    }

    @Test
    void whatDoesNotStartIsToldWithItsLines() {
        log.line("Error: no such module");
        log.failed(SandboxStartException.function("Runtime.ExitError", "exit status 1", 7_000_000));
        assertThat(own)
                .containsExactly(
                        "started provisioned-concurrency stream",
                        "Error: no such module",
                        "failed Runtime.ExitError after 7");
    }

    @Test
    void whatIsTooMuchToKeepIsCountedInItsPlace() {
        log.line("a".repeat(60_000));
        for (int i = 0; i < 1_000; i++) {
            log.line("b".repeat(99));
        }
        log.readBy(invocation::add);
        assertThat(invocation).hasSize(1 + 55 + 1).last().isEqualTo("[mayfly] 945 log lines were dropped here");
    }
}
