package dev.mayfly.host.invocation;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.hosting.InvocationOutcome.Start;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** As Lambda's JSON format has them: the telemetry API's events, down to the level that the function's settings name. */
record PlatformJson(FunctionVersion version, String requestId, PlatformLines.@Nullable Trace trace)
        implements PlatformLines {

    private enum Level {
        DEBUG,
        INFO,
        WARN
    }

    @Override
    public @Nullable String initStart(Instant time, String initializationType) {
        var members = new LinkedHashMap<String, Object>();
        members.put("initializationType", initializationType);
        members.put("phase", "init");
        members.put("runtimeVersion", PlatformLines.runtimeVersion(version.runtime()));
        members.put("runtimeVersionArn", "arn:aws:lambda:::runtime:" + version.runtime());
        members.put("functionName", version.name());
        members.put("functionVersion", version.version());
        return line(Level.INFO, time, "platform.initStart", members);
    }

    @Override
    public @Nullable String initReport(Instant time, String initializationType, Duration init, String errorType) {
        var members = new LinkedHashMap<String, Object>();
        members.put("initializationType", initializationType);
        members.put("phase", "init");
        members.put("status", PlatformLines.initStatus(errorType));
        if (!errorType.equals(TIMED_OUT)) {
            members.put("errorType", errorType);
        }
        members.put("metrics", Map.of("durationMs", init.toNanos() / 1_000 / 1e3));
        return line(Level.WARN, time, "platform.initReport", members);
    }

    @Override
    public @Nullable String start(Instant time) {
        var members = new LinkedHashMap<String, Object>();
        members.put("requestId", requestId);
        members.put("version", version.version());
        tracing(members);
        return line(Level.INFO, time, "platform.start", members);
    }

    @Override
    public @Nullable String end(Instant time, InvocationReport report) {
        var members = new LinkedHashMap<String, Object>();
        members.put("requestId", requestId);
        status(members, report);
        members.put("metrics", Map.of("durationMs", report.durationMicros() / 1e3));
        return line(report.succeeded() ? Level.DEBUG : Level.WARN, time, "platform.runtimeDone", members);
    }

    @Override
    public @Nullable String report(Instant time, InvocationReport report) {
        var metrics = new LinkedHashMap<String, Object>();
        metrics.put("durationMs", report.durationMicros() / 1e3);
        metrics.put("billedDurationMs", report.billedMillis());
        metrics.put("memorySizeMB", version.memoryMb());
        metrics.put("maxMemoryUsedMB", report.peakMemoryMb());
        if (report.initMicros() > 0) {
            String name = report.start() == Start.RESTORED ? "restoreDurationMs" : "initDurationMs";
            metrics.put(name, report.initMicros() / 1e3);
        }
        metrics.put("placementDurationMs", report.placementMicros() / 1e3);
        if (report.start() != Start.WARM) {
            metrics.put("fetchDurationMs", report.fetchMicros() / 1e3);
            metrics.put("startDurationMs", report.startMicros() / 1e3);
        }
        var members = new LinkedHashMap<String, Object>();
        members.put("requestId", requestId);
        members.put("metrics", metrics);
        tracing(members);
        status(members, report);
        return line(report.succeeded() ? Level.INFO : Level.WARN, time, "platform.report", members);
    }

    private static void status(Map<String, Object> members, InvocationReport report) {
        members.put("status", report.status());
        if (!report.errorType().isEmpty()) {
            members.put("errorType", report.errorType());
        }
    }

    private void tracing(Map<String, Object> members) {
        if (trace != null) {
            String value = "Root=" + trace.root() + ";Parent=" + trace.parent() + ";Sampled=1";
            members.put("tracing", Map.of("spanId", trace.parent(), "type", "X-Amzn-Trace-Id", "value", value));
        }
    }

    private @Nullable String line(Level level, Instant time, String type, Map<String, Object> members) {
        String least = version.logging().systemLevel();
        if (level.compareTo(least == null ? Level.INFO : Level.valueOf(least)) < 0) {
            return null;
        }
        var line = new LinkedHashMap<String, Object>();
        line.put("time", time.truncatedTo(ChronoUnit.MILLIS).toString());
        line.put("type", type);
        line.put("record", members);
        return Json.text(line);
    }
}
