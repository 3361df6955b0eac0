package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.hosting.InvocationOutcome;
import dev.mayfly.invoker.dispatch.Dispatched;
import dev.mayfly.invoker.dispatch.Dispatcher;
import dev.mayfly.invoker.dispatch.Order;
import dev.mayfly.invoker.functions.FunctionDirectory;
import dev.mayfly.invoker.functions.MinimumIsolation;
import dev.mayfly.invoker.functions.RegistryUnreachableException;
import dev.mayfly.invoker.hosts.AnswerSink;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Runs one queued event and says what is to become of it. Publishes nothing itself. */
final class Delivery {
    /** A queued event waits in the queue, not at the host's door. */
    private static final Duration ROOM_WAIT = Duration.ofMillis(500);

    private final FunctionDirectory functions;
    private final MinimumIsolation minimums;
    private final Dispatcher dispatcher;
    private final QueueSettings settings;
    private final Clock clock;

    Delivery(
            FunctionDirectory functions,
            MinimumIsolation minimums,
            Dispatcher dispatcher,
            QueueSettings settings,
            Clock clock) {
        this.functions = functions;
        this.minimums = minimums;
        this.dispatcher = dispatcher;
        this.settings = settings;
        this.clock = clock;
    }

    /** Nobody waits for the answer; it is read, so that the connection stays good. */
    private static final class Outcome implements AnswerSink {
        private InvocationOutcome.Status status = InvocationOutcome.Status.PLATFORM_ERROR;

        @Override
        public void accept(InvocationOutcome outcome, InputStream body, long length) throws IOException {
            body.transferTo(OutputStream.nullOutputStream());
            status = outcome.status();
        }
    }

    /** What is to become of an event after an attempt to deliver it. */
    sealed interface Verdict {
        /** Nothing: it was delivered. */
        record Delivered() implements Verdict {}

        /** It waits, in this form. */
        record Delayed(QueuedEvent event) implements Verdict {}

        /** It is given up. */
        record GivenUp(String reason, String detail) implements Verdict {}
    }

    Verdict deliver(QueuedEvent event) {
        Instant deadline = event.acceptedAt().plus(settings.maxAge());
        if (clock.instant().isAfter(deadline)) {
            return aged();
        }
        Optional<FunctionVersion> function;
        try {
            function = functions.find(event.accountId(), event.functionName(), event.version());
        } catch (RegistryUnreachableException e) {
            return putOff(event);
        }
        return function.map(found -> minimums.isMetBy(found) ? run(event, found, deadline) : putOff(event))
                .orElseGet(Delivery::functionGone);
    }

    private Verdict run(QueuedEvent event, FunctionVersion function, Instant deadline) {
        var order = new Order(
                function,
                event.functionArn(),
                event.requestId(),
                event.attempt(),
                event.payload(),
                false,
                event.traceId(),
                event.clientContext(),
                deadline,
                ROOM_WAIT);
        var outcome = new Outcome();
        Dispatched dispatched;
        try {
            dispatched = dispatcher.dispatch(order, outcome);
        } catch (AnswerSink.ReceiverGoneException e) {
            throw new IllegalStateException("The void does not go away", e);
        }
        return switch (dispatched) {
            case Dispatched.Answered ignored -> judged(event, outcome.status);
            case Dispatched.UnknownFunction ignored -> functionGone();
            case Dispatched.Throttled ignored -> putOff(event);
            case Dispatched.NoRoom ignored -> putOff(event);
            case Dispatched.NotYetOffered ignored -> putOff(event);
            case Dispatched.NotOffered ignored -> putOff(event);
            case Dispatched.Unreachable ignored -> putOff(event);
            case Dispatched.Broken ignored -> putOff(event);
        };
    }

    private Verdict judged(QueuedEvent event, InvocationOutcome.Status status) {
        return switch (status) {
            case SUCCESS -> new Verdict.Delivered();
            case PLATFORM_ERROR -> putOff(event);
            case FUNCTION_ERROR, TIMEOUT -> retried(event, status);
        };
    }

    private Verdict retried(QueuedEvent event, InvocationOutcome.Status status) {
        List<Duration> delays = settings.retryDelays();
        if (event.attempt() > delays.size()) {
            return new Verdict.GivenUp("RetriesExhausted", status + " in attempt " + event.attempt());
        }
        return unlessAged(event.nextAttempt(delays.get(event.attempt() - 1), clock.instant()));
    }

    /** Another delivery of the same attempt, later. */
    Verdict putOff(QueuedEvent event) {
        List<Duration> steps = settings.backOff();
        var delay = steps.get(Math.min(event.backOffs(), steps.size() - 1));
        return unlessAged(event.putOff(delay, clock.instant()));
    }

    private Verdict unlessAged(QueuedEvent next) {
        Instant due = next.notBefore();
        boolean inTime = due == null || !due.isAfter(next.acceptedAt().plus(settings.maxAge()));
        return inTime ? new Verdict.Delayed(next) : aged();
    }

    private Verdict aged() {
        return new Verdict.GivenUp("EventAgeExceeded", "older than " + settings.maxAge());
    }

    private static Verdict functionGone() {
        return new Verdict.GivenUp("FunctionNotFound", "the function was deleted");
    }
}
