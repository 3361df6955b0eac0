package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.queue.QueuedEvent;
import dev.mayfly.contracts.traces.TraceHeader;
import dev.mayfly.invoker.dispatch.Arrival;
import dev.mayfly.invoker.dispatch.Dispatched;
import dev.mayfly.invoker.dispatch.Dispatcher;
import dev.mayfly.invoker.dispatch.Order;
import dev.mayfly.invoker.functions.FunctionDirectory;
import dev.mayfly.invoker.functions.Loops;
import dev.mayfly.invoker.functions.MinimumIsolation;
import dev.mayfly.invoker.functions.RegistryUnreachableException;
import dev.mayfly.invoker.hosts.AnswerSink;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one queued event and says what is to become of it. Publishes nothing itself, but to destinations. */
final class Delivery {
    /** A queued event waits in the queue, not at the host's door. */
    private static final Duration ROOM_WAIT = Duration.ofMillis(500);

    private static final String BUSY = "Busy";

    private static final Logger log = LoggerFactory.getLogger(Delivery.class);

    private final FunctionDirectory functions;
    private final MinimumIsolation minimums;
    private final Dispatcher dispatcher;
    private final Orders orders;
    private final Destinations destinations;
    private final OutcomeRecords records;
    private final Windows windows = new Windows(System::nanoTime);
    private final QueueSettings settings;
    private final Clock clock;

    Delivery(
            FunctionDirectory functions,
            MinimumIsolation minimums,
            Dispatcher dispatcher,
            Orders orders,
            Destinations destinations,
            QueueSettings settings,
            Clock clock) {
        this.functions = functions;
        this.minimums = minimums;
        this.dispatcher = dispatcher;
        this.orders = orders;
        this.destinations = destinations;
        this.records = new OutcomeRecords(clock);
        this.settings = settings;
        this.clock = clock;
    }

    Verdict deliver(QueuedEvent event) throws InterruptedException {
        if (event.delivery() != null) {
            return carry(event);
        }
        if (orders.isCancelled(event)) {
            return new Verdict.Cancelled();
        }
        if (orders.isPaused(event)) {
            return new Verdict.Parked(event.parked(clock.instant()));
        }
        Optional<FunctionDirectory.Resolved> resolved;
        try {
            resolved = functions.resolve(event.accountId(), event.functionName(), event.qualifier());
        } catch (RegistryUnreachableException e) {
            return putOff(event, "RegistryUnreachable", null);
        }
        return resolved.isPresent() ? deliver(event, resolved.get()) : functionGone();
    }

    private Verdict deliver(QueuedEvent event, FunctionDirectory.Resolved resolved) throws InterruptedException {
        var function = resolved.function();
        var rules = AsynchronousRules.of(resolved.rules(), event.qualifier(), settings);
        var context = new Context(event, function, rules);
        if (clock.instant().isAfter(event.deadline(rules.maxAge()))) {
            return aged(context, null);
        }
        if (Objects.equals(resolved.rules().reservedConcurrency(), 0)) {
            return givenUp(context, "ZeroReservedConcurrency", "the function's reserved concurrency is 0", null);
        }
        if (isLoop(event, function) && !resolved.rules().allowsRecursion()) {
            log.warn("A loop of {} was stopped: one event has run it {} times", event.functionArn(), Loops.RUNS);
            return givenUp(context, OutcomeRecords.RECURSIVE, Loops.REFUSAL, null);
        }
        if (!function.state().equals("Active")) {
            return putOff(context, "FunctionNotActive", function.state());
        }
        if (!minimums.isMetBy(function)) {
            return putOff(context, "MinimumIsolation", "the function is weaker than its account's minimum");
        }
        return run(context);
    }

    private static boolean isLoop(QueuedEvent event, FunctionVersion function) {
        String traceId = event.traceId();
        return traceId != null && Loops.isOne(function, new TraceHeader(traceId));
    }

    /** What is known of an event once its function is. */
    private record Context(QueuedEvent event, FunctionVersion function, AsynchronousRules rules) {}

    private Verdict run(Context context) throws InterruptedException {
        var event = context.event();
        var order = new Order(
                context.function(),
                event.functionArn(),
                event.requestId(),
                event.attempt(),
                event.payload(),
                false,
                event.traceId(),
                event.clientContext(),
                event.deadline(context.rules().maxAge()),
                ROOM_WAIT,
                new Arrival(due(event), 0, event.traceparent()));
        var attempt = new Attempt(context.function().version(), context.rules().onSuccess() != null);
        Dispatched dispatched;
        try (var place = windows.enter(context.function().key())) {
            dispatched = dispatcher.dispatch(order, attempt);
            place.took(attempt.took());
        } catch (AnswerSink.ReceiverGoneException e) {
            throw new IllegalStateException("The void does not go away", e);
        }
        return switch (dispatched) {
            case Dispatched.Answered ignored -> judged(context, attempt);
            case Dispatched.UnknownFunction ignored -> functionGone();
            case Dispatched.Throttled ignored -> putOff(context, "Throttled", null);
            case Dispatched.NoRoom ignored -> putOff(context, "NoRoom", null);
            case Dispatched.NotYetOffered ignored -> putOff(context, "NotYetOffered", null);
            case Dispatched.NotOffered refused -> putOff(context, "NotOffered", refused.detail());
            case Dispatched.Unreachable lost -> putOff(context, "HostUnreachable", lost.detail());
            case Dispatched.Broken broken -> putOff(context, "PlatformError", broken.detail());
        };
    }

    private static Instant due(QueuedEvent event) {
        Instant notBefore = event.notBefore();
        return notBefore == null ? event.acceptedAt() : notBefore;
    }

    private Verdict judged(Context context, Attempt attempt) {
        return switch (attempt.status()) {
            case SUCCESS -> new Verdict.Delivered(records.ofSuccess(context.event(), context.rules(), attempt));
            case PLATFORM_ERROR -> putOff(context, "PlatformError", attempt.errorMessage());
            case FUNCTION_ERROR -> retried(context, attempt, "FunctionError");
            case TIMEOUT -> retried(context, attempt, "Timeout");
        };
    }

    private Verdict retried(Context context, Attempt attempt, String reason) {
        var event = context.event();
        if (event.attempt() > context.rules().maxRetries()) {
            return givenUp(context, "RetriesExhausted", attempt.errorMessage(), attempt);
        }
        List<Duration> delays = settings.retryDelays();
        var delay = delays.get(Math.min(event.attempt(), delays.size()) - 1);
        return unlessAged(context, event.nextAttempt(delay, clock.instant()), reason, attempt.errorMessage(), attempt);
    }

    private Verdict putOff(Context context, String reason, @Nullable String detail) {
        var event = context.event();
        return unlessAged(context, event.putOff(backOff(event), clock.instant()), reason, detail, null);
    }

    /** Another delivery of the same attempt, later, when nothing is known of the function. */
    Verdict putOff(QueuedEvent event, String reason, @Nullable String detail) {
        return delayed(event, event.putOff(backOff(event), clock.instant()), reason, detail);
    }

    /**
     * Another delivery of the same attempt, when its turn has come or before, since too many of its function are before it.
     *
     * @param turn when that is expected, as far as it is known
     */
    Verdict putOffAsBusy(QueuedEvent event, Optional<Instant> turn) {
        Instant now = clock.instant();
        return turn.map(then -> event.putOff(stepBefore(Duration.between(now, then)), now, then))
                .map(next -> delayed(event, next, BUSY, null))
                .orElseGet(() -> putOff(event, BUSY, null));
    }

    private Verdict delayed(QueuedEvent event, QueuedEvent next, String reason, @Nullable String detail) {
        return clock.instant().isAfter(event.deadline(settings.maxAge()))
                ? new Verdict.GivenUp("EventAgeExceeded", "older than " + settings.maxAge(), List.of())
                : new Verdict.Delayed(next, reason, detail);
    }

    /** The longest step of waiting time that ends in time, or the shortest. */
    private Duration stepBefore(Duration wait) {
        return settings.backOff().stream()
                .filter(step -> step.compareTo(wait) <= 0)
                .reduce(settings.backOff().getFirst(), (before, step) -> step);
    }

    private Duration backOff(QueuedEvent event) {
        List<Duration> steps = settings.backOff();
        return steps.get(Math.min(event.backOffs(), steps.size() - 1));
    }

    private Verdict unlessAged(
            Context context, QueuedEvent next, String reason, @Nullable String detail, @Nullable Attempt attempt) {
        Instant due = next.notBefore();
        boolean inTime =
                due == null || !due.isAfter(next.deadline(context.rules().maxAge()));
        return inTime ? new Verdict.Delayed(next, reason, detail) : aged(context, attempt);
    }

    private Verdict aged(Context context, @Nullable Attempt attempt) {
        String detail = "older than " + context.rules().maxAge();
        return givenUp(
                context,
                "EventAgeExceeded",
                attempt == null ? detail : detail + "; " + attempt.errorMessage(),
                attempt);
    }

    private Verdict givenUp(Context context, String reason, String detail, @Nullable Attempt attempt) {
        String deadLetterArn = context.function().deadLetterArn();
        return new Verdict.GivenUp(
                reason,
                detail,
                records.ofFailure(context.event(), context.rules(), deadLetterArn, reason, detail, attempt));
    }

    private static Verdict functionGone() {
        return new Verdict.GivenUp("FunctionNotFound", "the function, version or alias was deleted", List.of());
    }

    private Verdict carry(QueuedEvent event) throws InterruptedException {
        return switch (destinations.carry(event)) {
            case Destinations.Carried.Done ignored -> new Verdict.Delivered(List.of());
            case Destinations.Carried.Refused refused -> undeliverable(refused.detail());
            case Destinations.Carried.NotNow notNow ->
                event.backOffs() >= settings.backOff().size()
                        ? undeliverable(notNow.detail())
                        : new Verdict.Delayed(
                                event.putOff(backOff(event), clock.instant()), "DestinationFailed", notNow.detail());
        };
    }

    private static Verdict undeliverable(String detail) {
        return new Verdict.GivenUp("DestinationUndeliverable", detail, List.of());
    }
}
