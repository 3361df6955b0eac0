package dev.mayfly.invoker.sources;

import dev.mayfly.contracts.function.EventSource.Target;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.hosting.InvocationOutcome;
import dev.mayfly.contracts.traces.TraceHeader;
import dev.mayfly.invoker.dispatch.Dispatched;
import dev.mayfly.invoker.dispatch.Dispatcher;
import dev.mayfly.invoker.dispatch.Order;
import dev.mayfly.invoker.functions.FunctionDirectory;
import dev.mayfly.invoker.functions.MinimumIsolation;
import dev.mayfly.invoker.functions.RegistryUnreachableException;
import dev.mayfly.invoker.hosts.AnswerSink;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** Invokes functions on behalf of event sources, and waits for their answers. Thread-safe; blocks. */
final class FunctionCalls {
    private static final Duration ROOM_WAIT = Duration.ofSeconds(5);
    private static final int LARGEST_ANSWER = 6_291_556;

    private final FunctionDirectory functions;
    private final MinimumIsolation minimums;
    private final Dispatcher dispatcher;
    private final String region;

    FunctionCalls(FunctionDirectory functions, MinimumIsolation minimums, Dispatcher dispatcher, String region) {
        this.functions = functions;
        this.minimums = minimums;
        this.dispatcher = dispatcher;
        this.region = region;
    }

    /** How a call went. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    sealed interface Outcome {
        /** The function answered. */
        record Answered(byte[] answer) implements Outcome {}

        /** The function failed or took too long. */
        record Failed(String requestId, String executedVersion) implements Outcome {}

        /** It did not run, or nobody knows: for want of room, for throttling, or because something broke. */
        record NotNow(String why) implements Outcome {}

        /** There is no such function. */
        record Gone() implements Outcome {}
    }

    private static final class Collected implements AnswerSink {
        private byte[] answer = new byte[0];
        private InvocationOutcome.Status status = InvocationOutcome.Status.PLATFORM_ERROR;

        @Override
        public void accept(InvocationOutcome outcome, InputStream body, long length) throws IOException {
            answer = body.readNBytes(LARGEST_ANSWER);
            body.transferTo(java.io.OutputStream.nullOutputStream());
            status = outcome.status();
        }
    }

    Outcome call(String accountId, Target target, byte[] event) {
        Optional<FunctionVersion> found;
        try {
            found = functions
                    .resolve(accountId, target.name(), target.qualifier())
                    .map(FunctionDirectory.Resolved::function);
        } catch (RegistryUnreachableException e) {
            return new Outcome.NotNow("the registry does not answer");
        }
        if (found.isEmpty()) {
            return new Outcome.Gone();
        }
        FunctionVersion function = found.get();
        if (!function.state().equals("Active")) {
            return new Outcome.NotNow("The function is in the state " + function.state());
        }
        if (!minimums.isMetBy(function)) {
            return new Outcome.NotNow("the function is deployed weaker than its account's minimum isolation");
        }
        return call(function, target.arn(region, accountId), event);
    }

    private Outcome call(FunctionVersion function, String arn, byte[] event) {
        String requestId = UUID.randomUUID().toString();
        String trace = TraceHeader.of(null)
                .entering(function.accountId(), function.name())
                .text();
        var order = new Order(function, arn, requestId, 1, event, false, trace, null, null, ROOM_WAIT, null);
        var collected = new Collected();
        Dispatched dispatched;
        try {
            dispatched = dispatcher.dispatch(order, collected);
        } catch (AnswerSink.ReceiverGoneException e) {
            throw new IllegalStateException("The memory does not go away", e);
        }
        if (!(dispatched instanceof Dispatched.Answered)) {
            return new Outcome.NotNow(
                    dispatched instanceof Dispatched.Throttled ? "Function call was throttled" : dispatched.toString());
        }
        return switch (collected.status) {
            case SUCCESS -> new Outcome.Answered(collected.answer);
            case FUNCTION_ERROR, TIMEOUT -> new Outcome.Failed(requestId, function.version());
            case PLATFORM_ERROR -> new Outcome.NotNow("the platform failed");
        };
    }
}
