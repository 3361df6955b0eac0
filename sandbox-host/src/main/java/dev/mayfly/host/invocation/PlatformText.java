package dev.mayfly.host.invocation;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.hosting.InvocationOutcome.Start;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** As Lambda's plain text has them. What REPORT tells beyond Lambda's comes last. */
record PlatformText(FunctionVersion version, String requestId, PlatformLines.@Nullable Trace trace)
        implements PlatformLines {

    @Override
    public String initStart(Instant time, String initializationType) {
        return "INIT_START Runtime Version: " + PlatformLines.runtimeVersion(version.runtime())
                + "\tRuntime Version ARN: arn:aws:lambda:::runtime:" + version.runtime();
    }

    @Override
    public String initReport(Instant time, String initializationType, Duration init, String errorType) {
        var line = new StringBuilder("INIT_REPORT ");
        part(line, "Init", init.toNanos() / 1_000);
        line.append("Phase: init\tStatus: ").append(PlatformLines.initStatus(errorType));
        if (!errorType.equals(TIMED_OUT)) {
            line.append("\tError Type: ").append(errorType);
        }
        return line.toString();
    }

    @Override
    public String start(Instant time) {
        return "START RequestId: " + requestId + " Version: " + version.version();
    }

    @Override
    public String end(Instant time, InvocationReport report) {
        return "END RequestId: " + requestId;
    }

    @Override
    public String report(Instant time, InvocationReport report) {
        var line = new StringBuilder(256)
                .append("REPORT RequestId: ")
                .append(requestId)
                .append("\tDuration: ")
                .append(millis(report.durationMicros()))
                .append(" ms\tBilled Duration: ")
                .append(report.billedMillis())
                .append(" ms\tMemory Size: ")
                .append(version.memoryMb())
                .append(" MB\tMax Memory Used: ")
                .append(report.peakMemoryMb())
                .append(" MB\t");
        if (report.initMicros() > 0) {
            part(line, report.start() == Start.RESTORED ? "Restore" : "Init", report.initMicros());
        }
        if (!report.errorType().isEmpty()) {
            line.append("Status: ")
                    .append(report.status())
                    .append("\tError Type: ")
                    .append(report.errorType())
                    .append('\t');
        } else if (report.status().equals("timeout")) {
            line.append("Status: timeout\t");
        }
        part(line, "Placement", report.placementMicros());
        if (report.start() != Start.WARM) {
            part(line, "Fetch", report.fetchMicros());
            part(line, "Start", report.startMicros());
        }
        if (trace != null) {
            line.append("\nXRAY TraceId: ")
                    .append(trace.root())
                    .append("\tSegmentId: ")
                    .append(trace.parent())
                    .append("\tSampled: true\t");
        }
        return line.toString();
    }

    private static void part(StringBuilder line, String name, long micros) {
        line.append(name).append(" Duration: ").append(millis(micros)).append(" ms\t");
    }

    private static String millis(long micros) {
        return String.format(Locale.ROOT, "%.2f", micros / 1e3);
    }
}
