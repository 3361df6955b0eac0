package dev.mayfly.host.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.LogSettings;
import dev.mayfly.contracts.function.Network;
import dev.mayfly.host.HostProperties;
import dev.mayfly.sandbox.api.Availability;
import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import dev.mayfly.sandbox.api.SandboxTechnology;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class InitPhaseTest {
    private static final HostProperties.Sandboxes LIMITS = new HostProperties.Sandboxes(
            DataSize.ofBytes(0),
            0.6,
            0.1,
            DataSize.ofGigabytes(2),
            Duration.ofMinutes(10),
            Duration.ofHours(6),
            Duration.ofSeconds(10),
            Duration.ofSeconds(130),
            Duration.ZERO);

    private static final SandboxSpec SPEC = new SandboxSpec(
            "id",
            new FunctionCode(Path.of("/"), "", "nodejs20.x", "a.b"),
            Map.of(),
            128,
            512,
            Duration.ZERO,
            new InetSocketAddress("127.0.0.1", 9),
            false,
            _ -> {});

    /** Whose inits all end so. */
    private static final class Failing implements SandboxTechnology {
        private final String errorType;
        private final List<Duration> limits = new ArrayList<>();

        Failing(String errorType) {
            this.errorType = errorType;
        }

        @Override
        public Isolation isolation() {
            return Isolation.CONTAINER;
        }

        @Override
        public Availability check() {
            return Availability.yes("");
        }

        @Override
        public List<String> runtimes() {
            return List.of();
        }

        @Override
        public void recover() {}

        @Override
        public Sandbox start(SandboxSpec spec) throws SandboxStartException {
            limits.add(spec.initTimeout());
            throw SandboxStartException.function(errorType, "", 0);
        }

        @Override
        public void close() {}
    }

    private static FunctionVersion version(int timeoutSeconds, boolean snapStart) {
        return new FunctionVersion(
                "000000000000",
                "f",
                "1",
                "revision",
                "nodejs20.x",
                "a.b",
                128,
                timeoutSeconds,
                512,
                Map.of(),
                "",
                0,
                Isolation.CONTAINER,
                Network.NONE,
                "Active",
                null,
                Instant.EPOCH,
                List.of(),
                null,
                LogSettings.ofFunction("f"),
                snapStart,
                null,
                false,
                java.util.List.of());
    }

    private static List<Duration> tried(InitPhase phase, String errorType) {
        var technology = new Failing(errorType);
        assertThatThrownBy(() -> phase.start(technology, SPEC)).isInstanceOf(SandboxStartException.class);
        return technology.limits;
    }

    @Test
    void oneThatTakesTooLongIsBegunAgainOnceWithinTheFunctionsTimeout() {
        InitPhase phase = InitPhase.of(version(42, false), false, LIMITS);
        assertThat(tried(phase, "Sandbox.Timedout")).containsExactly(Duration.ofSeconds(10), Duration.ofSeconds(42));
        assertThat(tried(phase, "Runtime.ExitError")).containsExactly(Duration.ofSeconds(10));
    }

    @Test
    void provisionedAndSnapStartHaveTheLongLimitOrALongerTimeoutAndOneTry() {
        assertThat(tried(InitPhase.of(version(3, false), true, LIMITS), "Sandbox.Timedout"))
                .containsExactly(Duration.ofSeconds(130));
        assertThat(tried(InitPhase.of(version(900, true), false, LIMITS), "Sandbox.Timedout"))
                .containsExactly(Duration.ofSeconds(900));
        assertThat(tried(InitPhase.unhurried(version(3, false), LIMITS), "Sandbox.Timedout"))
                .containsExactly(Duration.ofSeconds(130));
        InitPhase bounded = InitPhase.unhurried(version(900, true), LIMITS).within(Duration.ofSeconds(300));
        assertThat(tried(bounded, "Sandbox.Timedout")).containsExactly(Duration.ofSeconds(300));
    }
}
