package dev.mayfly.sandbox.wasm;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.LogSink;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import dev.mayfly.sandbox.wasm.engine.GuestCall;
import dev.mayfly.sandbox.wasm.engine.GuestEnd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** A handle to a compiled module with its environment. It holds nothing in the engine between invocations. */
final class WasmSandbox implements Sandbox {
    private static final Logger log = LoggerFactory.getLogger(WasmSandbox.class);
    private static final int PAGES_PER_MB = 16;
    /** WebAssembly's 32-bit memories end at 2 GiB in this engine. */
    private static final int MAX_PAGES = 32_767;

    private static final int MAX_LINE = 256 << 10;
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    private final WasmTechnology technology;
    private final SandboxSpec spec;
    private final WasmTechnology.Prepared code;
    private final Duration initDuration;
    private final Map<String, String> environment;
    private volatile boolean alive = true;
    private Runnable stop = () -> {};

    WasmSandbox(WasmTechnology technology, SandboxSpec spec, WasmTechnology.Prepared code, Duration initDuration) {
        this.technology = technology;
        this.spec = spec;
        this.code = code;
        this.initDuration = initDuration;
        environment = new LinkedHashMap<>(spec.environment());
        environment.put("LAMBDA_TASK_ROOT", "/var/task");
        environment.put("_HANDLER", spec.code().handler());
        environment.remove("LAMBDA_RUNTIME_DIR");
    }

    @Override
    public String id() {
        return spec.id();
    }

    @Override
    public Duration initDuration() {
        return initDuration;
    }

    @Override
    public boolean isReusable() {
        return alive;
    }

    @Override
    public long residentMemoryBytes() {
        return 0;
    }

    @Override
    public InvocationResult invoke(InvocationRequest request) throws InterruptedException {
        long start = System.nanoTime();
        if (!alive) {
            return crashed("Sandbox.Failed", "The sandbox has ended", nothing(start));
        }
        GuestEnd end;
        try (var host = new HostAnswers(technology.keyValue(), spec, request.timeout())) {
            end = technology.run(spec.code(), call(request), host, this::stopBy);
        } catch (IOException | SandboxStartException e) {
            if (Thread.interrupted()) {
                close();
                throw new InterruptedException("Interrupted during invocation " + request.requestId());
            }
            if (!alive) {
                return crashed("Sandbox.Failed", "The sandbox was closed", nothing(start));
            }
            log.warn("Invocation {} failed in the engine: {}", request.requestId(), e.toString());
            return crashed("Sandbox.Failed", "The WebAssembly engine failed", nothing(start));
        }
        if (!alive) {
            return crashed("Sandbox.Failed", "The sandbox was closed", nothing(start));
        }
        logLines(end.log(), spec.logs());
        var usage = new InvocationResult.Usage(end.durationNanos(), end.cpuNanos(), end.memoryBytes());
        return switch (end.how()) {
            case EXIT -> end.exitCode() == 0 ? answer(end.output(), usage) : failure(end, usage);
            case OUTPUT_TOO_LARGE ->
                error(
                        "Function.ResponseSizeTooLarge",
                        "Response payload size exceeded maximum allowed payload size (%d bytes)."
                                .formatted(InvocationResult.MAX_RESPONSE_BYTES),
                        usage);
            case TIMEOUT -> {
                close();
                yield new InvocationResult.TimedOut(usage);
            }
            case TRAP -> crashed("Runtime.Trap", "The module trapped: " + end.message(), usage);
            case STACK_EXHAUSTED -> crashed("Runtime.Trap", "The module trapped: " + end.message(), usage);
            case MEMORY_EXHAUSTED ->
                crashed(
                        "Runtime.OutOfMemory",
                        "The module ran out of its %d MB of memory".formatted(spec.memoryMb()),
                        usage);
            case ENGINE_FAILED -> crashed("Sandbox.Failed", end.message(), usage);
        };
    }

    private GuestCall call(InvocationRequest request) {
        Map<String, String> variables = new LinkedHashMap<>(environment);
        variables.put("LAMBDA_RUNTIME_AWS_REQUEST_ID", request.requestId());
        variables.put("LAMBDA_RUNTIME_INVOKED_FUNCTION_ARN", request.functionArn());
        variables.put(
                "LAMBDA_RUNTIME_DEADLINE_MS",
                Long.toString(System.currentTimeMillis() + request.timeout().toMillis()));
        putUnlessNull(variables, "_X_AMZN_TRACE_ID", request.traceId());
        putUnlessNull(variables, "LAMBDA_RUNTIME_CLIENT_CONTEXT", request.clientContext());
        return new GuestCall(
                code.module(),
                code.files(),
                (long) spec.ephemeralStorageMb() << 20,
                Math.min(spec.memoryMb() * PAGES_PER_MB, MAX_PAGES),
                request.timeout().toNanos(),
                List.of(spec.code().handler()),
                variables,
                spec.volumes().isEmpty() ? "" : spec.volumes().getFirst().path(),
                request.payload());
    }

    private static void putUnlessNull(Map<String, String> variables, String name, @Nullable String value) {
        if (value != null) {
            variables.put(name, value);
        }
    }

    private static InvocationResult answer(byte[] output, InvocationResult.Usage usage) {
        if (new String(output, 0, Math.min(output.length, 64), StandardCharsets.UTF_8).isBlank()
                && new String(output, StandardCharsets.UTF_8).isBlank()) {
            return new InvocationResult.Success(NULL, usage);
        }
        @Nullable String wrong = JsonText.mistake(output);
        return wrong == null
                ? new InvocationResult.Success(output, usage)
                : error("Runtime.MarshalError", "The module's standard output is not one JSON value: " + wrong, usage);
    }

    /** A module reports an error by a non-zero exit after it has written Lambda's error object; else it crashed. */
    private InvocationResult failure(GuestEnd end, InvocationResult.Usage usage) {
        if (end.output().length > 0 && JsonText.mistake(end.output()) == null) {
            try {
                JsonNode error = Json.mapper().readTree(end.output());
                if (error.isObject() && error.path("errorMessage").isString()) {
                    return new InvocationResult.FunctionError(end.output(), usage);
                }
            } catch (JacksonException e) {
                log.debug("Not an error object: {}", e.toString());
            }
        }
        return crashed("Runtime.ExitError", "Runtime exited with error: exit status " + end.exitCode(), usage);
    }

    private static InvocationResult error(String type, String message, InvocationResult.Usage usage) {
        return new InvocationResult.FunctionError(
                Json.bytes(Map.of("errorType", type, "errorMessage", message)), usage);
    }

    private InvocationResult crashed(String type, String message, InvocationResult.Usage usage) {
        close();
        return new InvocationResult.Crashed(type, message, usage);
    }

    private static InvocationResult.Usage nothing(long start) {
        return new InvocationResult.Usage(System.nanoTime() - start, 0, 0);
    }

    private static void logLines(byte[] written, LogSink sink) {
        int start = 0;
        for (int i = 0; i <= written.length; i++) {
            if (i == written.length ? i > start : written[i] == '\n' || i - start == MAX_LINE) {
                sink.line(new String(written, start, i - start, StandardCharsets.UTF_8));
                start = i < written.length && written[i] == '\n' ? i + 1 : i;
            }
        }
    }

    private synchronized void stopBy(Runnable next) {
        stop = next;
        if (!alive) {
            next.run();
        }
    }

    @Override
    public void close() {
        alive = false;
        synchronized (this) {
            stop.run();
            stop = () -> {};
        }
        technology.ended(this);
    }
}
