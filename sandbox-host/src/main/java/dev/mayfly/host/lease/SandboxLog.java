package dev.mayfly.host.lease;

import dev.mayfly.sandbox.api.LogSink;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a sandbox writes, handed to the invocation that has it. What comes while no invocation has it waits for the next; what
 * comes before the first one is told as the sandbox's own as soon as it is idle, and so is what still waits at its end.
 */
public final class SandboxLog implements LogSink {
    private static final int MOST_CHARACTERS = 64 << 10;

    private record Waiting(Instant time, String text) {}

    private final @Nullable SandboxLines own;
    private final List<Waiting> waiting = new ArrayList<>();
    private SandboxLines.@Nullable Origin origin;
    private int characters;
    private int dropped;
    private boolean hadInvocation;
    private boolean toldOfStart;
    private Consumer<String> reader = this::keep;

    /** @param own takes what belongs to no invocation; null when nobody does */
    SandboxLog(@Nullable SandboxLines own) {
        this.own = own;
    }

    /** The name of the log stream that the sandbox knows; empty when nobody said it. */
    public synchronized String stream() {
        return origin == null ? "" : origin.stream();
    }

    /** What the function is told of how it was started. */
    public synchronized String initializationType() {
        return origin == null ? "on-demand" : origin.initializationType();
    }

    synchronized void of(SandboxLines.Origin sandbox) {
        origin = sandbox;
    }

    private void keep(String line) {
        if (characters + line.length() < MOST_CHARACTERS) {
            characters += line.length() + 1;
            waiting.add(new Waiting(Instant.now(), line));
        } else {
            dropped++;
        }
    }

    @Override
    public synchronized void line(String line) {
        reader.accept(line);
    }

    /** From now on lines go to {@code next}; what waited comes first. */
    public synchronized void readBy(Consumer<String> next) {
        hadInvocation = true;
        reader = next;
        take(waited -> next.accept(waited.text()));
    }

    private void take(Consumer<Waiting> by) {
        waiting.forEach(by);
        if (dropped > 0) {
            by.accept(new Waiting(Instant.now(), "[mayfly] " + dropped + " log lines were dropped here"));
        }
        waiting.clear();
        characters = 0;
        dropped = 0;
    }

    /** No invocation has it. */
    synchronized void readByNobody() {
        if (hadInvocation || own == null) {
            reader = this::keep;
        } else {
            tell();
            reader = line -> tell(new Waiting(Instant.now(), line));
        }
    }

    /** The sandbox has ended. */
    synchronized void ended() {
        if (!waiting.isEmpty()) {
            tell();
        }
    }

    /** It did not start, and no invocation is there to say so. */
    synchronized void failed(SandboxStartException failure) {
        tell();
        if (own != null && origin != null) {
            own.failed(origin, Duration.ofNanos(failure.initNanos()), failure.errorType());
        }
    }

    private void tell() {
        if (own != null && origin != null && !hadInvocation && !toldOfStart) {
            toldOfStart = true;
            own.started(origin);
        }
        take(this::tell);
    }

    private void tell(Waiting line) {
        if (own != null && origin != null) {
            own.line(origin, line.time(), line.text());
        }
    }
}
