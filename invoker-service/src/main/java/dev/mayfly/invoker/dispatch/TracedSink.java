package dev.mayfly.invoker.dispatch;

import dev.mayfly.contracts.hosting.InvocationOutcome;
import dev.mayfly.contracts.hosting.InvocationOutcome.Start;
import dev.mayfly.contracts.hosting.InvocationOutcome.Status;
import dev.mayfly.contracts.hosting.StreamedAnswer.Beginning;
import dev.mayfly.contracts.traces.InvocationTrace;
import dev.mayfly.contracts.traces.TimeSplit;
import dev.mayfly.invoker.hosts.AnswerSink;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Watches where the time of one order goes, on the way to the sink that wants the answer. */
final class TracedSink implements AnswerSink {
    private final AnswerSink sink;
    private final Order order;
    private final Arrival arrival;
    private final long beganNanos = System.nanoTime();
    private final long beforeMicros;
    private long askedNanos;
    private @Nullable URI host;
    private @Nullable Beginning beginning;
    private @Nullable InvocationOutcome outcome;
    private @Nullable ReceiverGoneException gone;

    TracedSink(AnswerSink sink, Order order, Instant now) {
        this.sink = sink;
        this.order = order;
        this.arrival = order.arrival() == null ? new Arrival(now, 0, null) : order.arrival();
        this.beforeMicros = Math.max(0, micros(Duration.between(arrival.receivedAt(), now)));
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }

    @Override
    public void asked(URI url) {
        host = url;
        askedNanos = System.nanoTime();
    }

    @Override
    public void accept(InvocationOutcome answered, InputStream body, long length) throws IOException {
        answered(answered);
        sink.accept(answered, body, length);
    }

    private void answered(InvocationOutcome told) {
        outcome = told;
        beginning = Beginning.of(told);
        sink.split(split());
    }

    @Override
    public boolean streams() {
        return sink.streams();
    }

    @Override
    public void begun(Beginning told) {
        beginning = told;
        sink.split(split());
        sink.begun(told);
    }

    /** The function goes on when its reader has gone, and how it ends is to be known. */
    @Override
    public void piece(byte[] content) {
        if (gone != null) {
            return;
        }
        try {
            sink.piece(content);
        } catch (ReceiverGoneException e) {
            gone = e;
        }
    }

    @Override
    public void ended(InvocationOutcome told, byte[] error) throws ReceiverGoneException {
        answered(told);
        if (gone != null) {
            throw gone;
        }
        sink.ended(told, error);
    }

    /** From the question until now, once there is an answer; else 0. */
    long answeredMicros() {
        return outcome == null ? 0 : (System.nanoTime() - askedNanos) / 1_000;
    }

    /** How long it waited at the host for a sandbox that others used. */
    long waitedMicros() {
        var known = outcome;
        return known == null || known.start() != Start.WARM ? 0 : known.waitMicros();
    }

    /** Up to now; what is not known to be anything else is the response. */
    private TimeSplit split() {
        long now = System.nanoTime();
        long queue = beforeMicros + ((host == null ? now : askedNanos) - beganNanos) / 1_000;
        if (host == null) {
            return new TimeSplit(arrival.gatewayMicros(), queue, 0, 0, 0, 0, 0, 0);
        }
        long since = (now - askedNanos) / 1_000;
        var known = beginning;
        if (known == null) {
            return new TimeSplit(arrival.gatewayMicros(), queue, 0, 0, 0, 0, since, 0);
        }
        // Of what the host says no more is believed than there was time for: the parts add up whatever it says.
        var ended = outcome;
        long handler = ended == null ? 0 : Math.clamp(ended.durationMicros(), 0, since);
        long wait = Math.clamp(known.waitMicros(), 0, since - handler);
        long fetch = Math.clamp(known.fetchMicros(), 0, wait);
        long start = Math.clamp(known.startMicros(), 0, wait - fetch);
        long init = Math.clamp(known.initMicros(), 0, wait - fetch - start);
        long placement = wait - fetch - start - init;
        boolean restored = known.start() == Start.RESTORED;
        return new TimeSplit(
                arrival.gatewayMicros(),
                queue,
                placement,
                fetch,
                restored ? start + init : start,
                restored ? 0 : init,
                ended == null ? since - wait : handler,
                ended == null ? 0 : since - handler - wait);
    }

    /** What there is to tell at the end. */
    InvocationTrace trace(@Nullable Dispatched dispatched) {
        var function = order.function();
        var begun = beginning;
        var known = outcome;
        boolean answered = dispatched == null || dispatched instanceof Dispatched.Answered;
        return new InvocationTrace(
                order.requestId(),
                order.attempt(),
                function.accountId(),
                function.name(),
                function.version(),
                function.isolation(),
                order.asyncDeadline() != null,
                arrival.receivedAt(),
                begun == null ? null : begun.start(),
                known != null ? known.status() : Status.PLATFORM_ERROR,
                answered || dispatched == null ? null : dispatched.getClass().getSimpleName(),
                known == null ? 0 : known.billedMillis(),
                split(),
                host == null || !answered ? null : host.getAuthority(),
                begun == null ? null : begun.sandbox(),
                order.traceId(),
                arrival.traceparent());
    }
}
