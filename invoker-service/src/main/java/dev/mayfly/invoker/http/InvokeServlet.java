package dev.mayfly.invoker.http;

import dev.mayfly.contracts.hosting.InvocationOutcome;
import dev.mayfly.contracts.traces.TraceHeader;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.VoucherFilter;
import dev.mayfly.invoker.dispatch.Arrival;
import dev.mayfly.invoker.dispatch.Dispatched;
import dev.mayfly.invoker.dispatch.Dispatcher;
import dev.mayfly.invoker.dispatch.Order;
import dev.mayfly.invoker.hosts.AnswerSink;
import dev.mayfly.invoker.queue.EventQueue;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operations Invoke, {@code POST /2015-03-31/functions/{function}/invocations}, and InvokeWithResponseStream, {@code POST
 * /2021-11-15/functions/{function}/response-streaming-invocations}.
 */
final class InvokeServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final Logger log = LoggerFactory.getLogger(InvokeServlet.class);
    private static final long ACCEPT_SECONDS = 25;
    private static final long PAYLOAD_WAIT_MILLIS = 10_000;

    private final transient Duration roomWait;
    private final transient InvokeSettings settings;
    private final transient Targets targets;
    private final transient Dispatcher dispatcher;
    private final transient EventQueue queue;
    private final transient PayloadBudget budget;
    private final transient InvokeMetrics metrics;

    InvokeServlet(
            Duration roomWait,
            InvokeSettings settings,
            Targets targets,
            Dispatcher dispatcher,
            EventQueue queue,
            InvokeMetrics metrics) {
        this.roomWait = roomWait;
        this.settings = settings;
        this.targets = targets;
        this.dispatcher = dispatcher;
        this.queue = queue;
        this.budget = new PayloadBudget(settings.maxPayloadsInMemory(), PAYLOAD_WAIT_MILLIS);
        this.metrics = metrics;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        long began = System.nanoTime();
        var voucher = VoucherFilter.voucher(request);
        try {
            metrics.ended(serve(request, response, voucher), began);
        } catch (LambdaException e) {
            metrics.ended(e.error().type(), began);
            if (response.isCommitted()) {
                throw new IOException("The answer broke off: " + e.getMessage(), e);
            }
            e.write(response);
        } catch (AnswerSink.ReceiverGoneException e) {
            metrics.ended("ClientGone", began);
            log.debug("The client of {} has gone", voucher.requestId());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            new LambdaException(LambdaError.SERVICE_UNAVAILABLE, "The service is shutting down").write(response);
        }
    }

    /** @return the outcome's name for the metrics */
    private String serve(HttpServletRequest http, HttpServletResponse response, Voucher voucher)
            throws LambdaException, IOException, InterruptedException {
        var arrival = InvokeRequest.arrival(http, voucher);
        var request = InvokeRequest.of(http, arrival.traceparent());
        var target = targets.find(request.function(), voucher);
        int limit = request.type() == InvokeRequest.Type.EVENT ? settings.maxAsyncPayload() : settings.maxSyncPayload();
        long announced = http.getContentLengthLong();
        try (var share = budget.share(voucher.accountId(), Math.min(announced < 0 ? limit : announced, limit))) {
            byte[] event = EventBody.read(http, voucher, limit);
            EventBody.requireJson(event);
            return switch (request.type()) {
                case DRY_RUN -> {
                    response.setStatus(HttpServletResponse.SC_NO_CONTENT);
                    yield "DryRun";
                }
                case EVENT -> enqueue(request, arrival, target, event, voucher, response);
                case REQUEST_RESPONSE -> invoke(request, arrival, target, event, voucher, response);
            };
        }
    }

    private String enqueue(
            InvokeRequest request,
            Arrival arrival,
            Target target,
            byte[] event,
            Voucher voucher,
            HttpServletResponse response)
            throws LambdaException, InterruptedException {
        try {
            queue.accept(
                            voucher.requestId(),
                            target.function(),
                            target.arn(),
                            request.trace(),
                            arrival.traceparent(),
                            request.clientContext(),
                            event)
                    .get(ACCEPT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.warn("An event could not be made safe: {}", String.valueOf(e.getCause()));
            throw new LambdaException(
                    LambdaError.SERVICE_UNAVAILABLE, "The event could not be queued safely. Try again.");
        }
        response.setStatus(HttpServletResponse.SC_ACCEPTED);
        response.setHeader(TraceHeader.NAME, request.trace().text());
        response.setContentLength(0);
        return "Accepted";
    }

    private String invoke(
            InvokeRequest request,
            Arrival arrival,
            Target target,
            byte[] event,
            Voucher voucher,
            HttpServletResponse response)
            throws LambdaException, AnswerSink.ReceiverGoneException {
        var run = dispatch(request, arrival, target, event, voucher, response);
        for (int again = 0; again < 3 && run.dispatched() instanceof Dispatched.UnknownFunction; again++) {
            // The version may have been deleted after its alias was repointed.
            var moved = targets.findAfresh(request.function(), voucher);
            if (moved.function().equals(run.target().function())) {
                break;
            }
            run = dispatch(request, arrival, moved, event, voucher, response);
        }
        return concluded(run);
    }

    /** @param status as the answer had it; null when none came */
    private record Run(Target target, Dispatched dispatched, InvocationOutcome.@Nullable Status status) {}

    private Run dispatch(
            InvokeRequest request,
            Arrival arrival,
            Target target,
            byte[] event,
            Voucher voucher,
            HttpServletResponse response)
            throws LambdaException, AnswerSink.ReceiverGoneException {
        String trace = targets.entering(target.function(), request.trace()).text();
        var order = new Order(
                target.function(),
                target.arn(),
                voucher.requestId(),
                1,
                event,
                request.tailLogs(),
                trace,
                request.clientContext(),
                null,
                roomWait,
                arrival);
        String version = target.function().version();
        if (request.streaming()) {
            var streamed = new StreamingAnswer(response, version, trace);
            return new Run(target, dispatcher.dispatch(order, streamed), streamed.status());
        }
        var answer = new ClientAnswer(response, version, trace);
        return new Run(target, dispatcher.dispatch(order, answer), answer.status());
    }

    private String concluded(Run run) throws LambdaException {
        var function = run.target().function();
        switch (run.dispatched()) {
            case Dispatched.Answered ignored -> {}
            case Dispatched.Throttled throttled ->
                throw new LambdaException(
                        LambdaError.TOO_MANY_REQUESTS,
                        "Rate Exceeded.",
                        throttled.reserved()
                                ? "ReservedFunctionConcurrentInvocationLimitExceeded"
                                : "ConcurrentInvocationLimitExceeded");
            case Dispatched.NoRoom ignored ->
                throw new LambdaException(
                        LambdaError.TOO_MANY_REQUESTS,
                        "No sandbox host had room for " + function.memoryMb() + " MB within " + roomWait.toSeconds()
                                + " s. Try again, or add a host.",
                        "ConcurrentInvocationLimitExceeded");
            case Dispatched.NotYetOffered ignored ->
                throw new LambdaException(
                        LambdaError.SERVICE_UNAVAILABLE,
                        "The sandbox host is still finding out whether it can run isolation "
                                + function.isolation().tagValue() + ", which may take minutes the first time."
                                + " Nothing was run; try again.");
            case Dispatched.NotOffered refused ->
                throw new LambdaException(
                        LambdaError.SERVICE_UNAVAILABLE, "No sandbox host offers this now: " + refused.detail());
            case Dispatched.UnknownFunction ignored ->
                throw new LambdaException(
                        LambdaError.RESOURCE_NOT_FOUND,
                        "Function not found: " + run.target().arn());
            case Dispatched.Unreachable ignored ->
                throw new LambdaException(
                        LambdaError.SERVICE_UNAVAILABLE, "No sandbox host answers. Nothing was run; try again.");
            case Dispatched.Broken ignored -> throw platformError();
        }
        var status = run.status();
        if (status == null || status == InvocationOutcome.Status.PLATFORM_ERROR) {
            throw platformError();
        }
        return status.name();
    }

    private static LambdaException platformError() {
        return new LambdaException(
                LambdaError.SERVICE,
                "The platform failed during the invocation. The function may have run, in part or whole.");
    }
}
