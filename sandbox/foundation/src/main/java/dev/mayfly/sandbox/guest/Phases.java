package dev.mayfly.sandbox.guest;

import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.SandboxSpec;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The phases of a sandbox's life as its extensions take part in them, and as telemetry tells them. */
final class Phases {
    /** With extensions that have processes of their own. */
    private static final long EXTERNAL_END_MILLIS = 2_000;

    /** With extensions inside the runtime only. */
    private static final long INTERNAL_END_MILLIS = 500;

    /** The runtime's share of the end; the extensions' begins then. */
    private static final long RUNTIME_END_MILLIS = 300;

    private final Guest guest;
    private final Extensions extensions;
    private final Telemetry telemetry;
    private final SandboxSpec spec;
    private final Map<String, Object> kind;

    Phases(Guest guest, Extensions extensions, SandboxSpec spec) {
        this.guest = guest;
        this.extensions = extensions;
        this.telemetry = extensions.telemetry();
        this.spec = spec;
        this.kind = Map.of(
                "initializationType",
                spec.environment().getOrDefault("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
                "phase",
                "init");
        Extensions.Function function = extensions.function();
        Map<String, Object> record = new LinkedHashMap<>(kind);
        record.put("functionName", function.name());
        record.put("functionVersion", function.version());
        telemetry.platform("initStart", record);
    }

    /** The runtime is done with its init phase: waits for the extensions. */
    GuestLink.InitOutcome begin(GuestLink.InitOutcome runtime, long startedNanos)
            throws IOException, InterruptedException {
        boolean ready = runtime instanceof GuestLink.InitOutcome.Ready;
        telemetry.platform("initRuntimeDone", with(kind, "status", ready ? "success" : "error"));
        GuestLink.InitOutcome outcome = ready ? extensions.awaitInit() : runtime;
        Map<String, Object> report =
                with(kind, "metrics", Map.of("durationMs", millis(System.nanoTime() - startedNanos)));
        telemetry.platform(
                "initReport", with(report, "status", outcome.equals(runtime) && ready ? "success" : "error"));
        telemetry.initialised();
        return outcome;
    }

    void start(InvocationRequest request, long deadlineMillis) {
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("requestId", request.requestId());
        record.put("version", extensions.function().version());
        if (request.traceId() != null) {
            record.put("tracing", Map.of("type", "X-Amzn-Trace-Id", "value", request.traceId()));
        }
        telemetry.platform("start", record);
        extensions.invoke(request, deadlineMillis);
    }

    /** The runtime has answered: waits for the extensions. False when one of them failed. */
    boolean await(InvocationRequest request, GuestLink.Answer answer, long startNanos)
            throws IOException, InterruptedException {
        boolean success = answer instanceof GuestLink.Answer.Response;
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put("durationMs", millis(System.nanoTime() - startNanos));
        if (answer instanceof GuestLink.Answer.Response(byte[] payload)) {
            metrics.put("producedBytes", payload.length);
        }
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("requestId", request.requestId());
        record.put("status", success ? "success" : "error");
        record.put("metrics", metrics);
        telemetry.platform("runtimeDone", record);
        extensions.awaitDone();
        return extensions.failure() == null;
    }

    void report(InvocationRequest request, InvocationResult result) {
        var usage = result.usage();
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put("durationMs", millis(usage.durationNanos()));
        metrics.put("billedDurationMs", Math.max(1, Math.ceilDiv(usage.durationNanos(), 1_000_000L)));
        metrics.put("memorySizeMB", spec.memoryMb());
        metrics.put("maxMemoryUsedMB", Math.ceilDiv(usage.peakMemoryBytes(), 1L << 20));
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("requestId", request.requestId());
        record.put("status", status(result));
        record.put("metrics", metrics);
        telemetry.platform("report", record);
    }

    private static String status(InvocationResult result) {
        return switch (result) {
            case InvocationResult.Success _ -> "success";
            case InvocationResult.FunctionError _ -> "error";
            case InvocationResult.TimedOut _ -> "timeout";
            case InvocationResult.Crashed _ -> "failure";
        };
    }

    void pause(boolean pause) {
        if (pause) {
            telemetry.pause();
        } else {
            telemetry.resume();
        }
    }

    /**
     * Tells runtime and extensions at once that the sandbox ends.
     *
     * @return for how many ms they may go on; 0 when there is nobody to tell
     */
    long beginEnd(Extensions.Reason reason) {
        if (!extensions.any()) {
            return 0;
        }
        telemetry.hurry();
        long limit = limit();
        extensions.shutDown(reason, System.currentTimeMillis() + limit);
        guest.terminate();
        return limit;
    }

    /** The shutdown phase, to its end: the runtime first, then the extensions. */
    void end(Extensions.Reason reason, ScheduledExecutorService timer) throws InterruptedException {
        if (!extensions.any()) {
            return;
        }
        telemetry.hurry();
        long limit = limit();
        long deadline = System.currentTimeMillis() + limit;
        guest.terminate();
        var told =
                timer.schedule(() -> extensions.shutDown(reason, deadline), RUNTIME_END_MILLIS, TimeUnit.MILLISECONDS);
        var killed = timer.schedule(guest::kill, limit, TimeUnit.MILLISECONDS);
        try {
            guest.awaitExit(2 * limit, TimeUnit.MILLISECONDS);
        } finally {
            told.cancel(false);
            killed.cancel(false);
        }
    }

    private long limit() {
        return extensions.anyExternal() ? EXTERNAL_END_MILLIS : INTERNAL_END_MILLIS;
    }

    private static Map<String, Object> with(Map<String, Object> record, String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(record);
        more.put(name, value);
        return more;
    }

    private static double millis(long nanos) {
        return nanos / 1_000 / 1e3;
    }
}
