package dev.mayfly.host.invocation;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.LogSettings;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The platform's own lines in a function's log; null where the function's settings leave one out. */
sealed interface PlatformLines permits PlatformText, PlatformJson {
    String TIMED_OUT = "Sandbox.Timedout";

    /** @param traceId the X-Ray style trace header, or null */
    static PlatformLines of(FunctionVersion version, String requestId, @Nullable String traceId) {
        Trace trace = Trace.of(traceId);
        return version.logging().format() == LogSettings.Format.JSON
                ? new PlatformJson(version, requestId, trace)
                : new PlatformText(version, requestId, trace);
    }

    @Nullable
    String initStart(Instant time, String initializationType);

    /** Of an init phase that failed while no invocation waited for it. */
    @Nullable
    String initReport(Instant time, String initializationType, Duration init, String errorType);

    @Nullable
    String start(Instant time);

    @Nullable
    String end(Instant time, InvocationReport report);

    @Nullable
    String report(Instant time, InvocationReport report);

    /** How an init phase went that failed in that way. */
    static String initStatus(String errorType) {
        return errorType.equals(TIMED_OUT) ? "timeout" : "error";
    }

    /** {@code nodejs22.x} is {@code nodejs:22.v1}, as Lambda names versions of its runtimes. */
    static String runtimeVersion(String runtime) {
        int digit = 0;
        while (digit < runtime.length() && !Character.isDigit(runtime.charAt(digit))) {
            digit++;
        }
        String number = runtime.substring(digit);
        return runtime.substring(0, digit) + (number.isEmpty() ? "" : ":" + number.replace(".x", "")) + ".v1";
    }

    /** A sampled trace: {@code Root=1-...;Parent=...;Sampled=1}. */
    record Trace(String root, String parent) {
        static @Nullable Trace of(@Nullable String header) {
            if (header == null || !header.contains("Sampled=1")) {
                return null;
            }
            String root = member(header, "Root=");
            return root == null ? null : new Trace(root, String.valueOf(member(header, "Parent=")));
        }

        private static @Nullable String member(String header, String name) {
            for (String part : header.split(";", -1)) {
                if (part.strip().startsWith(name)) {
                    return part.strip().substring(name.length());
                }
            }
            return null;
        }
    }
}
