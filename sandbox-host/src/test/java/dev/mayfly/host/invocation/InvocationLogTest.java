package dev.mayfly.host.invocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.LogSettings;
import dev.mayfly.contracts.function.Network;
import dev.mayfly.contracts.hosting.InvocationOutcome.Start;
import dev.mayfly.contracts.logs.LogLine;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InvocationLogTest {
    private static final String TRACE = "Root=1-5f;Parent=6b;Sampled=1";

    private static FunctionVersion function(LogSettings logging) {
        return new FunctionVersion(
                "000000000001",
                "f",
                "$LATEST",
                "r1",
                "nodejs22.x",
                "index.handler",
                128,
                3,
                512,
                Map.of(),
                "sha",
                1,
                Isolation.CONTAINER,
                Network.NONE,
                "Active",
                null,
                Instant.EPOCH,
                List.of(),
                null,
                logging,
                false,
                null,
                false,
                java.util.List.of());
    }

    private static InvocationReport report(Start start, long initMicros, String status, String errorType) {
        return new InvocationReport(1_500, 2, 30 << 20, start, initMicros, 250, 1_000, 2_000, status, errorType);
    }

    @ParameterizedTest
    @CsvSource({
        "COLD,     70000, 'Init Duration: 70.00 ms\t', 'Fetch Duration: 1.00 ms\tStart Duration: 2.00 ms\t'",
        "RESTORED, 70000, 'Restore Duration: 70.00 ms\t', 'Fetch Duration: 1.00 ms\tStart Duration: 2.00 ms\t'",
        "WARM,     0,     '', ''"
    })
    void theReportIsLambdasAndTheSplitComesLast(Start start, long initMicros, String expected, String split) {
        var log = new InvocationLog(line -> {}, line -> {}, function(LogSettings.ofFunction("f")), "r", true, null);
        log.end(report(start, initMicros, "success", ""));
        assertThat(new String(Base64.getDecoder().decode(log.tail()), StandardCharsets.UTF_8))
                .isEqualTo("END RequestId: r\n"
                        + "REPORT RequestId: r\tDuration: 1.50 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB"
                        + "\tMax Memory Used: 30 MB\t" + expected + "Placement Duration: 0.25 ms\t" + split + "\n");
    }

    @Test
    void linesCarryTheirStreamAndASampledTraceIsNamed() {
        var written = new ArrayList<LogLine>();
        var log =
                new InvocationLog(written::add, written::add, function(LogSettings.ofFunction("f")), "r", false, TRACE);
        log.stream("2026/01/31/[$LATEST]ab");
        log.initStart(Instant.EPOCH, "on-demand");
        log.start();
        log.line("hello");
        log.end(report(Start.COLD, 1, "error", "Runtime.ExitError"));
        assertThat(written).allSatisfy(line -> {
            assertThat(line.stream()).isEqualTo("2026/01/31/[$LATEST]ab");
            assertThat(line.group()).isEqualTo("/aws/lambda/f");
        });
        assertThat(written.getFirst().requestId()).isNull();
        assertThat(written)
                .extracting(LogLine::text)
                .satisfiesExactly(
                        text -> assertThat(text)
                                .startsWith("INIT_START Runtime Version: nodejs:22.v1\tRuntime Version ARN: arn:"),
                        text -> assertThat(text).isEqualTo("START RequestId: r Version: $LATEST"),
                        text -> assertThat(text).isEqualTo("hello"),
                        text -> assertThat(text).isEqualTo("END RequestId: r"),
                        text -> assertThat(text)
                                .contains("Status: error\tError Type: Runtime.ExitError\t")
                                .endsWith("\nXRAY TraceId: 1-5f\tSegmentId: 6b\tSampled: true\t"));
    }

    @Test
    void anInitPhaseThatFailsBeforeAnyInvocationHasItsReport() {
        Instant time = Instant.parse("2026-01-31T12:00:00Z");
        var text = PlatformLines.of(function(LogSettings.ofFunction("f")), "", null);
        assertThat(text.initReport(time, "on-demand", Duration.ofMillis(1_500), "Runtime.ExitError"))
                .isEqualTo("INIT_REPORT Init Duration: 1500.00 ms\tPhase: init\tStatus: error"
                        + "\tError Type: Runtime.ExitError");
        assertThat(text.initReport(time, "on-demand", Duration.ofSeconds(10), "Sandbox.Timedout"))
                .isEqualTo("INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout");
        var json = PlatformLines.of(function(new LogSettings(LogSettings.Format.JSON, null, null, "/g")), "", null);
        assertThat(json.initReport(time, "provisioned-concurrency", Duration.ofMillis(7), "Runtime.ExitError"))
                .isEqualTo("{\"time\":\"2026-01-31T12:00:00Z\",\"type\":\"platform.initReport\",\"record\":{"
                        + "\"initializationType\":\"provisioned-concurrency\",\"phase\":\"init\",\"status\":\"error\","
                        + "\"errorType\":\"Runtime.ExitError\",\"metrics\":{\"durationMs\":7.0}}}");
    }

    @Test
    void jsonIsAsTheTelemetryApiHasItDownToTheSystemLevel() {
        var written = new ArrayList<LogLine>();
        var info = new LogSettings(LogSettings.Format.JSON, null, null, "/g");
        var log = new InvocationLog(written::add, written::add, function(info), "r", false, TRACE);
        log.start();
        log.end(report(Start.COLD, 70_000, "success", ""));
        assertThat(written)
                .extracting(LogLine::text)
                .satisfiesExactly(
                        text -> assertThat(text).contains("\"type\":\"platform.start\"", "\"requestId\":\"r\""),
                        text -> assertThat(text)
                                .contains(
                                        "\"type\":\"platform.report\"",
                                        "\"initDurationMs\":70.0",
                                        "\"status\":\"success\""));
        written.clear();
        var warn = new LogSettings(LogSettings.Format.JSON, null, "WARN", "/g");
        var quiet = new InvocationLog(written::add, written::add, function(warn), "r", false, null);
        quiet.start();
        quiet.end(report(Start.WARM, 0, "success", ""));
        assertThat(written).isEmpty();
        quiet.end(report(Start.WARM, 0, "timeout", ""));
        assertThat(written).extracting(LogLine::text).last().asString().contains("\"status\":\"timeout\"");
    }
}
