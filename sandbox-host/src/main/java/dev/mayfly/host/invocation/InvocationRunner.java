package dev.mayfly.host.invocation;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.hosting.HostInvocation;
import dev.mayfly.contracts.hosting.InvocationOutcome;
import dev.mayfly.contracts.hosting.InvocationOutcome.Start;
import dev.mayfly.contracts.hosting.InvocationOutcome.Status;
import dev.mayfly.contracts.hosting.StreamedAnswer.Beginning;
import dev.mayfly.contracts.usage.UsageEvent;
import dev.mayfly.contracts.usage.UsageJournal;
import dev.mayfly.host.function.FunctionDirectory;
import dev.mayfly.host.lease.Lease;
import dev.mayfly.host.lease.NoRoomException;
import dev.mayfly.host.lease.SandboxPool;
import dev.mayfly.host.lease.TierUnavailableException;
import dev.mayfly.host.log.LogPublisher;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.SandboxStartException;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Runs one invocation: leases a sandbox, hands it the event, meters, and journals the use before it answers. */
@Component
class InvocationRunner {
    private static final Logger log = LoggerFactory.getLogger(InvocationRunner.class);
    private static final InvocationResult.Usage NO_USAGE = new InvocationResult.Usage(0, 0, 0);

    private final FunctionDirectory functions;
    private final SandboxPool pool;
    private final UsageJournal journal;
    private final LogPublisher logs;
    private final Clock clock;
    private final InvocationTimers timers;

    InvocationRunner(
            FunctionDirectory functions,
            SandboxPool pool,
            UsageJournal journal,
            LogPublisher logs,
            Clock clock,
            MeterRegistry metrics) {
        this.functions = functions;
        this.pool = pool;
        this.journal = journal;
        this.logs = logs;
        this.clock = clock;
        this.timers = new InvocationTimers(metrics);
    }

    /** How an invocation went, before it is metered. */
    private record Run(
            Status status, String errorType, byte[] body, InvocationResult.Usage usage, Start start, long initNanos) {}

    /**
     * Runs {@code order}.
     *
     * @param stream takes the answer while it is written, or null; what it has taken is not in the {@link Answer}
     * @throws RefusedException when nothing was started
     * @throws java.io.UncheckedIOException when the use could not be journalled: the answer must not be given then
     */
    Answer run(HostInvocation order, byte[] event, @Nullable AnswerStream stream)
            throws RefusedException, InterruptedException {
        long arrived = System.nanoTime();
        FunctionVersion version = find(order);
        var invocationLog = new InvocationLog(
                logs::publish, logs::publishPlatform, version, order.requestId(), order.tailLogs(), order.traceId());
        List<String> failureLog = new CopyOnWriteArrayList<>();
        Answer answer;
        try (Lease lease = pool.acquire(version, failureLog::add)) {
            long waited = System.nanoTime() - arrived;
            invocationLog.stream(lease.log().stream());
            if (lease.isCold()) {
                invocationLog.initStart(
                        clock.instant().minusNanos(lease.startNanos()),
                        lease.log().initializationType());
            }
            lease.log().readBy(invocationLog::line);
            invocationLog.start();
            Wait wait = waited(lease, waited);
            if (stream != null) {
                stream.handedOver(new Beginning(
                        start(lease),
                        init(lease) / 1_000,
                        wait.wholeMicros(),
                        wait.fetchMicros(),
                        wait.startMicros(),
                        wait.sandbox()));
            }
            Run run = invoke(order, version, lease, event, stream);
            answer = settle(order, version, run, wait, event.length, stream, invocationLog);
        } catch (NoRoomException e) {
            throw new RefusedException(429, e.getMessage());
        } catch (TierUnavailableException e) {
            throw new RefusedException(e.isTemporary() ? 429 : 503, e.getMessage());
        } catch (SandboxStartException e) {
            invocationLog.start();
            failureLog.forEach(invocationLog::line);
            Wait wait = Wait.ofFailedStart(System.nanoTime() - arrived, e.initNanos());
            answer = settle(order, version, failedStart(order, version, e), wait, event.length, stream, invocationLog);
        }
        return answer;
    }

    private static Wait waited(Lease lease, long waitedNanos) {
        String sandbox = lease.sandbox().id();
        return lease.isCold()
                ? Wait.ofStart(waitedNanos, init(lease), lease.startNanos(), lease.fetchNanos(), sandbox)
                : Wait.warm(waitedNanos, sandbox);
    }

    /** In nanoseconds, when it was for this invocation. */
    private static long init(Lease lease) {
        return lease.isCold() ? lease.sandbox().initDuration().toNanos() : 0;
    }

    private FunctionVersion find(HostInvocation order) throws RefusedException, InterruptedException {
        try {
            return functions
                    .find(order.functionKey(), order.revisionId())
                    .orElseThrow(() -> new RefusedException(404, "There is no function " + order.functionKey()));
        } catch (IOException e) {
            throw new RefusedException(503, "The function cannot be looked up: " + e.getMessage());
        }
    }

    private static Run invoke(
            HostInvocation order, FunctionVersion version, Lease lease, byte[] event, @Nullable AnswerStream stream)
            throws InterruptedException {
        var request = new InvocationRequest(
                order.requestId(),
                event,
                Duration.ofSeconds(version.timeoutSeconds()),
                order.functionArn(),
                order.traceId(),
                order.clientContext(),
                stream);
        Start start = start(lease);
        long init = init(lease);
        return switch (lease.sandbox().invoke(request)) {
            case InvocationResult.Success success ->
                new Run(Status.SUCCESS, "", success.payload(), success.usage(), start, init);
            case InvocationResult.FunctionError error ->
                new Run(Status.FUNCTION_ERROR, "", error.payload(), error.usage(), start, init);
            case InvocationResult.TimedOut late ->
                new Run(
                        Status.TIMEOUT,
                        "",
                        FunctionFailure.timedOut(order.requestId(), version.timeoutSeconds()),
                        late.usage(),
                        start,
                        init);
            case InvocationResult.Crashed crash -> {
                boolean ours = crash.errorType().equals("Sandbox.Failed");
                byte[] body = FunctionFailure.of(crash.errorType(), order.requestId(), crash.errorMessage());
                Status status = ours ? Status.PLATFORM_ERROR : Status.FUNCTION_ERROR;
                yield new Run(status, crash.errorType(), body, crash.usage(), start, init);
            }
        };
    }

    private static String reported(Run run) {
        return switch (run.status()) {
            case TIMEOUT -> "timeout";
            case SUCCESS -> "success";
            case FUNCTION_ERROR, PLATFORM_ERROR -> "error";
        };
    }

    private static Start start(Lease lease) {
        if (!lease.isCold()) {
            return Start.WARM;
        }
        return lease.sandbox().isRestored() ? Start.RESTORED : Start.COLD;
    }

    private static Run failedStart(HostInvocation order, FunctionVersion version, SandboxStartException failure) {
        boolean ours = failure.origin() == SandboxStartException.Cause.PLATFORM;
        if (ours) {
            log.warn("No sandbox of {} could be started: {}", version.key(), failure.getMessage(), failure);
        }
        String message = failure.getMessage() == null ? failure.errorType() : failure.getMessage();
        return new Run(
                ours ? Status.PLATFORM_ERROR : Status.FUNCTION_ERROR,
                failure.errorType(),
                FunctionFailure.of(failure.errorType(), order.requestId(), message),
                NO_USAGE,
                Start.COLD,
                failure.initNanos());
    }

    private Answer settle(
            HostInvocation order,
            FunctionVersion version,
            Run run,
            Wait wait,
            long bytesIn,
            @Nullable AnswerStream stream,
            InvocationLog invocationLog) {
        boolean ours = run.status() == Status.PLATFORM_ERROR;
        var usage = run.usage();
        // Restoring runs none of the function's code.
        long billedInit = run.start() == Start.COLD ? run.initNanos() : 0;
        long billed = ours ? 0 : Math.max(1, Math.ceilDiv(usage.durationNanos() + billedInit, 1_000_000L));
        journal.append(new UsageEvent.Invocation(
                UsageEvent.Invocation.idOf(order.requestId(), order.attempt()),
                version.accountId(),
                clock.instant(),
                version.name(),
                version.version(),
                order.requestId(),
                order.attempt(),
                version.isolation(),
                version.memoryMb(),
                billed,
                Math.ceilDiv(run.initNanos(), 1_000_000L),
                usage.cpuNanos() / 1_000,
                usage.peakMemoryBytes(),
                bytesIn,
                run.body().length + (stream == null ? 0 : stream.bytes()),
                run.start(),
                run.status()));
        long durationMicros = usage.durationNanos() / 1_000;
        long initMicros = run.initNanos() / 1_000;
        invocationLog.end(new InvocationReport(
                durationMicros,
                billed,
                usage.peakMemoryBytes(),
                run.start(),
                initMicros,
                wait.placementMicros(),
                wait.fetchMicros(),
                wait.startMicros(),
                reported(run),
                run.errorType()));
        timers.of(version.isolation(), run.start(), run.status()).record(Duration.ofNanos(usage.durationNanos()));
        var outcome = new InvocationOutcome(
                run.status(),
                run.start(),
                billed,
                durationMicros,
                initMicros,
                wait.wholeMicros(),
                version.memoryMb(),
                usage.peakMemoryBytes(),
                order.tailLogs() ? invocationLog.tail() : null,
                wait.fetchMicros(),
                wait.startMicros(),
                wait.sandbox());
        return new Answer(outcome, run.body());
    }
}
