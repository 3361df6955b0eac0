package dev.mayfly.invoker.dispatch;

import dev.mayfly.contracts.hosting.HostInvocation;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.invoker.hosts.AnswerSink;
import dev.mayfly.invoker.hosts.HostClient;
import dev.mayfly.invoker.hosts.HostDirectory;
import dev.mayfly.invoker.hosts.HostReply;
import dev.mayfly.invoker.load.LoadBoard;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * Carries orders to hosts: admits within the account's limit, asks the best host first and the others after it, and waits
 * for room when all are full. An order that may have begun is never given a second time. Thread-safe; blocks.
 */
public final class Dispatcher {
    private final HostDirectory hosts;
    private final HostClient client;
    private final Vouching vouching;
    private final LoadBoard load;
    private final Concurrency concurrency;
    private final RoomQueue room;
    private final Duration answerGrace;
    private final TracePublisher traces;
    private final Clock clock;

    Dispatcher(
            HostDirectory hosts,
            HostClient client,
            Vouching vouching,
            LoadBoard load,
            RoomQueue room,
            Concurrency concurrency,
            DispatchSettings settings,
            TracePublisher traces,
            Clock clock) {
        this.traces = traces;
        this.clock = clock;
        this.hosts = hosts;
        this.client = client;
        this.vouching = vouching;
        this.load = load;
        this.room = room;
        this.concurrency = concurrency;
        this.answerGrace = settings.answerGrace();
    }

    /**
     * Runs the order, and gives {@code sink} its answer when there is one.
     *
     * @throws AnswerSink.ReceiverGoneException when there was an answer that {@code sink} could not take
     */
    public Dispatched dispatch(Order order, AnswerSink sink) throws AnswerSink.ReceiverGoneException {
        var traced = new TracedSink(sink, order, clock.instant());
        Dispatched dispatched = null;
        try {
            dispatched = admit(order, traced);
            return dispatched;
        } finally {
            if (!(dispatched instanceof Dispatched.UnknownFunction)) {
                traces.publish(traced.trace(dispatched));
            }
        }
    }

    private Dispatched admit(Order order, TracedSink sink) throws AnswerSink.ReceiverGoneException {
        var function = order.function();
        return switch (concurrency.enter(function.accountId(), function.name())) {
            case Concurrency.Admission.Refused refused ->
                new Dispatched.Throttled(refused.why() == Concurrency.Refusal.RESERVED);
            case Concurrency.Admission.Admitted admitted -> run(order, sink, admitted.permit());
        };
    }

    private Dispatched run(Order order, TracedSink sink, Concurrency.Permit permit)
            throws AnswerSink.ReceiverGoneException {
        try (permit;
                var running = load.started(order.function().key())) {
            Dispatched dispatched = place(order, sink);
            running.answered(sink.answeredMicros(), sink.waitedMicros());
            return dispatched;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Dispatched.NoRoom();
        } finally {
            room.mayHaveRoom();
        }
    }

    private Dispatched place(Order order, AnswerSink sink)
            throws AnswerSink.ReceiverGoneException, InterruptedException {
        var function = order.function();
        if (room.mayAskAtOnce(function)) {
            Dispatched first = askHosts(order, sink);
            if (!mayChange(first)) {
                return first;
            }
        }
        Dispatched last = new Dispatched.NoRoom();
        long deadline = System.nanoTime() + order.roomWait().toNanos();
        try (var waiting = load.waits(function.key());
                var place = room.join(function)) {
            while (place.awaitQuestion(deadline)) {
                var passing = place.acceptedUnlessRefused(waiting::close);
                last = askHosts(order, sink);
                passing.cancel(false);
                if (!mayChange(last)) {
                    return last;
                }
                place.refused();
            }
        }
        return last;
    }

    /** Whether asking again may give another answer. */
    private static boolean mayChange(Dispatched dispatched) {
        return dispatched instanceof Dispatched.NoRoom || dispatched instanceof Dispatched.NotYetOffered;
    }

    private Dispatched askHosts(Order order, AnswerSink sink) throws AnswerSink.ReceiverGoneException {
        var function = order.function();
        List<URI> candidates = hosts.candidates(function);
        if (candidates.isEmpty()) {
            if (hosts.isBeingChecked(function.isolation())) {
                return new Dispatched.NotYetOffered();
            }
            return new Dispatched.NotOffered(
                    "isolation " + function.isolation().tagValue() + " with runtime " + function.runtime());
        }
        String voucher = vouching.issueForService("invoker-service", function.accountId(), order.requestId());
        var invocation = new HostInvocation(
                function.key(),
                function.revisionId(),
                order.requestId(),
                order.attempt(),
                order.functionArn(),
                order.asyncDeadline(),
                order.tailLogs(),
                order.traceId(),
                order.clientContext(),
                order.asyncDeadline() != null,
                sink.streams());
        var within = Duration.ofSeconds(function.timeoutSeconds()).plus(answerGrace);
        Dispatched worst = new Dispatched.NoRoom();
        boolean full = false;
        for (URI host : candidates) {
            switch (ask(host, invocation, voucher, order.event(), within, sink)) {
                case HostReply.Accepted accepted -> {
                    return new Dispatched.Answered();
                }
                case HostReply.Broken broken -> {
                    return new Dispatched.Broken(broken.detail());
                }
                case HostReply.UnknownFunction unknown -> {
                    return new Dispatched.UnknownFunction();
                }
                case HostReply.Full ignored -> full = true;
                case HostReply.NotOffered refused -> worst = new Dispatched.NotOffered(refused.detail());
                case HostReply.Unreachable lost -> {
                    hosts.lost(host);
                    worst = new Dispatched.Unreachable(lost.detail());
                }
            }
        }
        return full ? new Dispatched.NoRoom() : worst;
    }

    private HostReply ask(
            URI host, HostInvocation invocation, String voucher, byte[] event, Duration within, AnswerSink sink)
            throws AnswerSink.ReceiverGoneException {
        try (var asking = hosts.asks(host, invocation.functionKey())) {
            return client.invoke(host, invocation, voucher, event, within, sink);
        }
    }
}
