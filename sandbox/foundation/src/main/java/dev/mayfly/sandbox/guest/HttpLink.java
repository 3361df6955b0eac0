package dev.mayfly.sandbox.guest;

import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The invocation side of Lambda's Runtime API over HTTP: one guest, one invocation at a time. {@link HttpConnection}s call
 * the methods that begin with {@code guest}.
 */
public final class HttpLink implements GuestLink {
    /** AWS's own limit is a little above 6 MiB; ours is what the caller may be given. */
    static final int MAX_BODY = InvocationResult.MAX_RESPONSE_BYTES;

    /** What the guest gets from {@code next}. */
    record Event(InvocationRequest request, long deadlineMillis) {}

    /** What the guest is told about an answer of its own. */
    enum Verdict {
        ACCEPTED,
        /** The id is not that of the invocation it has. */
        WRONG_ID,
        /** It has no invocation now, or has one and asks for the next. */
        WRONG_STATE
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final HttpConnections connections;
    /** Whether a snapshot is taken when the guest asks to be restored, so that it is not answered. */
    private final boolean kept;
    /** Where a guest that is a copy waits to be told that it was restored. */
    private final @Nullable SocketChannel waiting;

    private @Nullable InitOutcome init;
    private @Nullable Event event;
    private boolean delivered;
    private boolean polling;
    private @Nullable Answer answer;
    /** What comes of an answer in pieces, and the piece that waits to be taken. */
    private @Nullable PiecedAnswer pieces;

    private @Nullable ByteBuffer piece;
    private boolean closed;

    public HttpLink(ServerSocketChannel listener) {
        this(listener, null);
    }

    /**
     * @param extensions serve the Extensions API beside it, or null
     */
    public HttpLink(ServerSocketChannel listener, @Nullable Extensions extensions) {
        this(listener, extensions, false, null);
    }

    private HttpLink(
            ServerSocketChannel listener,
            @Nullable Extensions extensions,
            boolean kept,
            @Nullable SocketChannel waiting) {
        this.kept = kept;
        this.waiting = waiting;
        this.connections = new HttpConnections(listener, this, extensions);
    }

    /** Of a guest that a snapshot is taken of: its init phase ends when it asks to be restored, which it never is. */
    public static HttpLink toKeep(ServerSocketChannel listener, Extensions extensions) {
        return new HttpLink(listener, extensions, true, null);
    }

    /**
     * Of a guest that is a copy of one {@link #toKeep}.
     *
     * @param waiting the connection on which that one asked to be restored
     */
    public static HttpLink resumed(ServerSocketChannel listener, Extensions extensions, SocketChannel waiting) {
        return new HttpLink(listener, extensions, false, waiting);
    }

    /** Runtimes that people bring greet nobody: asking for the first event is all they say. */
    @Override
    public void awaitRuntime() {}

    /** The guest has had all it needs in its environment since it was started; a copy is told that it was restored. */
    @Override
    public InitOutcome begin(Beginning beginning) throws IOException, InterruptedException {
        if (waiting != null) {
            connections.restore(waiting);
        }
        lock.lock();
        try {
            while (true) {
                if (init != null) {
                    return init;
                }
                awaitChange();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Answer exchange(InvocationRequest request, long deadlineMillis) throws IOException, InterruptedException {
        lock.lock();
        try {
            answer = null;
            pieces = null;
            piece = null;
            event = new Event(request, deadlineMillis);
            delivered = false;
            changed.signalAll();
            while (answer == null) {
                if (piece == null) {
                    awaitChange();
                } else {
                    take(piece);
                }
            }
            return answer;
        } finally {
            lock.unlock();
        }
    }

    /** Hands a piece on without the lock: whoever reads it may be slow. */
    private void take(ByteBuffer next) {
        PiecedAnswer into = Objects.requireNonNull(pieces);
        boolean fits;
        lock.unlock();
        try {
            fits = into.add(next);
        } finally {
            lock.lock();
        }
        piece = null;
        if (!fits) {
            finish(into.tooLarge(false));
        }
        changed.signalAll();
    }

    private void finish(Answer given) {
        answer = given;
        event = null;
        changed.signalAll();
    }

    private void awaitChange() throws IOException, InterruptedException {
        checkOpen();
        changed.await();
    }

    private void checkOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    /** Waits for an event; null when the guest may not ask now. */
    @Nullable
    Event guestNext() throws IOException, InterruptedException {
        lock.lock();
        try {
            checkOpen();
            if (polling || event != null && delivered) {
                return null;
            }
            if (init == null) {
                init = new InitOutcome.Ready();
            }
            polling = true;
            changed.signalAll();
            try {
                while (event == null || delivered) {
                    awaitChange();
                }
            } finally {
                polling = false;
            }
            delivered = true;
            return event;
        } finally {
            lock.unlock();
        }
    }

    /** The event did not reach the guest: its next {@code next} gets it. */
    void guestMissed(Event missed) {
        lock.lock();
        try {
            if (missed.equals(event)) {
                delivered = false;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether the guest may answer the invocation with that id now. */
    Verdict guestMayAnswer(String requestId) {
        lock.lock();
        try {
            if (event == null || !delivered || pieces != null) {
                return Verdict.WRONG_STATE;
            }
            return event.request.requestId().equals(requestId) ? Verdict.ACCEPTED : Verdict.WRONG_ID;
        } finally {
            lock.unlock();
        }
    }

    Verdict guestAnswers(String requestId, Answer given) {
        lock.lock();
        try {
            Verdict verdict = guestMayAnswer(requestId);
            if (verdict == Verdict.ACCEPTED) {
                finish(given);
            }
            return verdict;
        } finally {
            lock.unlock();
        }
    }

    /** The guest begins an answer in pieces; until its end no other answer is taken. */
    Verdict guestStreams(String requestId, String contentType) {
        lock.lock();
        try {
            Verdict verdict = guestMayAnswer(requestId);
            if (verdict == Verdict.ACCEPTED && event != null) {
                pieces = new PiecedAnswer(event.request.stream(), contentType);
            }
            return verdict;
        } finally {
            lock.unlock();
        }
    }

    /** Hands a piece over and waits until it is taken; false when no more is wanted. */
    boolean guestWrites(ByteBuffer next) throws IOException, InterruptedException {
        lock.lock();
        try {
            piece = next;
            changed.signalAll();
            while (piece != null && event != null) {
                awaitChange();
            }
            return event != null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The guest ends the answer that it gave in pieces.
     *
     * @param error how it failed midway, or null
     */
    void guestEndsStream(@Nullable Answer error) {
        lock.lock();
        try {
            if (event != null && pieces != null) {
                finish(error == null ? pieces.end() : error);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The guest asks to be restored: false when it may not, as it has asked for an event already. */
    boolean guestAwaitsRestore() throws IOException, InterruptedException {
        lock.lock();
        try {
            checkOpen();
            if (init != null) {
                return false;
            }
            if (kept) {
                init = new InitOutcome.Ready();
                changed.signalAll();
            }
            while (kept) {
                awaitChange();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    Verdict guestFailsInit(ErrorJson error) {
        lock.lock();
        try {
            if (init != null) {
                return Verdict.WRONG_STATE;
            }
            init = new InitOutcome.Failed(error.errorType(), error.errorMessage());
            changed.signalAll();
            return Verdict.ACCEPTED;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        connections.close();
    }
}
