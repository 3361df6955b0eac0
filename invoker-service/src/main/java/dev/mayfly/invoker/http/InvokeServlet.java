package dev.mayfly.invoker.http;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.hosting.InvocationOutcome;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.VoucherFilter;
import dev.mayfly.invoker.dispatch.Dispatched;
import dev.mayfly.invoker.dispatch.Dispatcher;
import dev.mayfly.invoker.dispatch.Order;
import dev.mayfly.invoker.functions.FunctionDirectory;
import dev.mayfly.invoker.functions.MinimumIsolation;
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

    private final transient String region;
    private final transient Duration roomWait;
    private final transient InvokeSettings settings;
    private final transient FunctionDirectory functions;
    private final transient MinimumIsolation minimums;
    private final transient Dispatcher dispatcher;
    private final transient EventQueue queue;
    private final transient PayloadBudget budget;
    private final transient InvokeMetrics metrics;

    InvokeServlet(
            String region,
            Duration roomWait,
            InvokeSettings settings,
            FunctionDirectory functions,
            MinimumIsolation minimums,
            Dispatcher dispatcher,
            EventQueue queue,
            InvokeMetrics metrics) {
        this.region = region;
        this.roomWait = roomWait;
        this.settings = settings;
        this.functions = functions;
        this.minimums = minimums;
        this.dispatcher = dispatcher;
        this.queue = queue;
        this.budget = new PayloadBudget(settings.maxPayloadsInMemory());
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
        var request = InvokeRequest.of(http);
        String arn = request.function().arn(region, voucher.accountId());
        authorize(voucher, request, arn);
        var function = find(request, voucher.accountId(), arn);
        int limit = request.type() == InvokeRequest.Type.EVENT ? settings.maxAsyncPayload() : settings.maxSyncPayload();
        long announced = http.getContentLengthLong();
        try (var share = budget.share(Math.min(announced < 0 ? limit : announced, limit))) {
            byte[] event = EventBody.read(http, voucher, limit);
            EventBody.requireJson(event);
            return switch (request.type()) {
                case DRY_RUN -> {
                    response.setStatus(HttpServletResponse.SC_NO_CONTENT);
                    yield "DryRun";
                }
                case EVENT -> enqueue(request, function, arn, event, voucher, response);
                case REQUEST_RESPONSE -> invoke(request, function, arn, event, voucher, response);
            };
        }
    }

    private void authorize(Voucher voucher, InvokeRequest request, String arn) throws LambdaException {
        String named = request.function().region();
        if (named != null && !named.equals(region)) {
            throw new LambdaException(
                    LambdaError.RESOURCE_NOT_FOUND,
                    "Functions from '" + named + "' are not reachable in this region ('" + region + "')");
        }
        String account = request.function().accountId();
        if (!voucher.role().mayInvoke()) {
            throw denied(voucher, arn, "the access key's role " + voucher.role() + " does not allow it");
        }
        if (account != null && !account.equals(voucher.accountId())) {
            throw denied(voucher, arn, "no resource-based policy allows the lambda:InvokeFunction action");
        }
    }

    private static LambdaException denied(Voucher voucher, String arn, String why) {
        return new LambdaException(
                LambdaError.ACCESS_DENIED,
                "User: arn:aws:iam::" + voucher.accountId() + ":root is not authorized to perform:"
                        + " lambda:InvokeFunction on resource: " + arn + " because " + why);
    }

    private FunctionVersion find(InvokeRequest request, String account, String arn) throws LambdaException {
        FunctionVersion function;
        try {
            function = (request.meansLatest()
                            ? functions.find(account, request.function().name(), FunctionVersion.LATEST)
                            : java.util.Optional.<FunctionVersion>empty())
                    .orElseThrow(
                            () -> new LambdaException(LambdaError.RESOURCE_NOT_FOUND, "Function not found: " + arn));
        } catch (FunctionDirectory.RegistryUnreachableException e) {
            throw new LambdaException(
                    LambdaError.SERVICE_UNAVAILABLE, "The function registry cannot be reached. Try again.");
        }
        if (!function.state().equals("Active")) {
            String why = function.stateReason();
            throw new LambdaException(
                    LambdaError.RESOURCE_CONFLICT,
                    "The operation cannot be performed at this time. The function is currently in the following state: "
                            + function.state() + (why == null ? "" : " (" + why + ")"));
        }
        requireMinimum(function);
        return function;
    }

    private void requireMinimum(FunctionVersion function) throws LambdaException {
        Isolation minimum = minimums.violatedBy(function).orElse(null);
        if (minimum != null) {
            throw new LambdaException(
                    LambdaError.RESOURCE_CONFLICT,
                    "The operation cannot be performed at this time. The function was deployed with isolation "
                            + function.isolation().tagValue() + ", and the minimum of account " + function.accountId()
                            + " is " + minimum.tagValue() + ". Deploy it again with the tag " + Isolation.TAG + "="
                            + Isolation.AUTO + " (any update of its code or configuration does), or have an owner"
                            + " lower the minimum.");
        }
    }

    private String enqueue(
            InvokeRequest request,
            FunctionVersion function,
            String arn,
            byte[] event,
            Voucher voucher,
            HttpServletResponse response)
            throws LambdaException, InterruptedException {
        try {
            queue.accept(voucher.requestId(), function, arn, request.traceId(), request.clientContext(), event)
                    .get(ACCEPT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.warn("An event could not be made safe: {}", String.valueOf(e.getCause()));
            throw new LambdaException(
                    LambdaError.SERVICE_UNAVAILABLE, "The event could not be queued safely. Try again.");
        }
        response.setStatus(HttpServletResponse.SC_ACCEPTED);
        response.setHeader("X-Amzn-Trace-Id", request.traceId());
        response.setContentLength(0);
        return "Accepted";
    }

    private String invoke(
            InvokeRequest request,
            FunctionVersion function,
            String arn,
            byte[] event,
            Voucher voucher,
            HttpServletResponse response)
            throws LambdaException, AnswerSink.ReceiverGoneException {
        var order = new Order(
                function,
                arn,
                voucher.requestId(),
                1,
                event,
                request.tailLogs(),
                request.traceId(),
                request.clientContext(),
                null,
                roomWait);
        if (request.streaming()) {
            var streamed = new StreamingAnswer(response, function.version(), request.traceId());
            dispatch(order, streamed);
            return ended(streamed.status());
        }
        var answer = new ClientAnswer(response, function.version(), request.traceId());
        dispatch(order, answer);
        return ended(answer.status());
    }

    private void dispatch(Order order, AnswerSink sink) throws LambdaException, AnswerSink.ReceiverGoneException {
        FunctionVersion function = order.function();
        switch (dispatcher.dispatch(order, sink)) {
            case Dispatched.Answered ignored -> {}
            case Dispatched.Throttled ignored ->
                throw new LambdaException(
                        LambdaError.TOO_MANY_REQUESTS, "Rate Exceeded.", "ConcurrentInvocationLimitExceeded");
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
                throw new LambdaException(LambdaError.RESOURCE_NOT_FOUND, "Function not found: " + order.functionArn());
            case Dispatched.Unreachable ignored ->
                throw new LambdaException(
                        LambdaError.SERVICE_UNAVAILABLE, "No sandbox host answers. Nothing was run; try again.");
            case Dispatched.Broken ignored -> throw platformError();
        }
    }

    private static String ended(InvocationOutcome.@Nullable Status status) throws LambdaException {
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
