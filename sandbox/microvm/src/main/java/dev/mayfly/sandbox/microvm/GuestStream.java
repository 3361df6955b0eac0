package dev.mayfly.sandbox.microvm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a function, carried to a socket of the host. Either side sends at most {@link #WINDOW} bytes that the
 * other has not yet passed on.
 */
final class GuestStream {
    static final int WINDOW = 256 * 1024;

    /** Smaller pieces that wait are kept as one, so that what waits costs little more than its bytes. */
    private static final int PIECE = 4096;

    private static final byte[] END = {};

    private final int id;
    private final int generation;
    private final AgentLink.@Nullable Service service;
    private final AgentLink link;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private int unreported;
    private int credit = WINDOW;
    private boolean guestHasFinished;
    private boolean ended;
    private volatile boolean resetByGuest;
    private @Nullable SocketChannel local;

    /** @param service what the guest opened it to; null when that is not known */
    GuestStream(int id, int generation, AgentLink.@Nullable Service service, AgentLink link) {
        this.id = id;
        this.generation = generation;
        this.service = service;
        this.link = link;
    }

    int id() {
        return id;
    }

    AgentLink.@Nullable Service service() {
        return service;
    }

    boolean isThat(int number, int ofThatNumber) {
        return id == number && generation == ofThatNumber;
    }

    /**
     * Carries it to where {@code connector} leads.
     *
     * @param connector null to refuse it
     */
    void connect(AgentLink.@Nullable Connector connector) {
        Thread.ofVirtual().name("microvm-stream").start(() -> {
            try {
                if (connector == null) {
                    throw new IOException("The service is not offered");
                }
                attach(connector.connect());
            } catch (IOException e) {
                reset();
            }
        });
    }

    void attach(SocketChannel channel) {
        lock.lock();
        try {
            local = channel;
            if (ended) {
                closeQuietly(channel);
                return;
            }
        } finally {
            lock.unlock();
        }
        Thread.ofVirtual().name("microvm-stream-out").start(() -> fromGuest(channel));
        Thread.ofVirtual().name("microvm-stream-in").start(() -> toGuest(channel));
    }

    /** Takes what the guest sent; never waits. */
    void receive(Frame frame) throws IOException {
        lock.lock();
        try {
            switch (frame.type()) {
                case Frame.DATA -> {
                    requireUnfinished();
                    waitingBytes += frame.content().length;
                    if (waitingBytes > WINDOW) {
                        throw new IOException("The guest sent more on stream " + id + " than it may");
                    }
                    keep(frame.content());
                }
                case Frame.EOF -> {
                    requireUnfinished();
                    guestHasFinished = true;
                    waiting.add(END);
                }
                case Frame.WINDOW -> {
                    int more = frame.reader(4).getInt();
                    if (more < 0 || more > WINDOW - credit) {
                        throw new IOException("The guest took more on stream " + id + " than it was sent");
                    }
                    credit += more;
                }
                default -> {
                    resetByGuest = true;
                    waiting.add(END);
                    link.forget(this);
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void requireUnfinished() throws IOException {
        if (guestHasFinished) {
            throw new IOException("The guest went on with stream " + id + " after its end");
        }
    }

    private void keep(byte[] content) {
        byte[] last = waiting.peekLast();
        if (last != null && last.length + content.length <= PIECE) {
            waiting.removeLast();
            byte[] both = Arrays.copyOf(last, last.length + content.length);
            System.arraycopy(content, 0, both, last.length, content.length);
            waiting.add(both);
        } else if (content.length > 0) {
            waiting.add(content);
        }
    }

    /** How many pieces of what the guest sent wait to be passed on. */
    int waitingPieces() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    private void fromGuest(SocketChannel channel) {
        try {
            while (true) {
                byte[] bytes = nextWaiting();
                if (bytes == null) {
                    return;
                }
                if (bytes == END) {
                    channel.shutdownOutput();
                    if (resetByGuest) {
                        end();
                    }
                    continue;
                }
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                passedOn(bytes.length);
            }
        } catch (IOException | InterruptedException e) {
            reset();
        }
    }

    private byte @Nullable [] nextWaiting() throws InterruptedException {
        lock.lock();
        try {
            while (waiting.isEmpty() && !ended) {
                changed.await();
            }
            return ended ? null : waiting.poll();
        } finally {
            lock.unlock();
        }
    }

    private void passedOn(int bytes) throws IOException {
        int report = 0;
        lock.lock();
        try {
            waitingBytes -= bytes;
            unreported += bytes;
            if (unreported >= WINDOW / 4 && !resetByGuest) {
                report = unreported;
                unreported = 0;
            }
        } finally {
            lock.unlock();
        }
        if (report > 0) {
            link.send(frame(Frame.WINDOW, Frame.number(report)));
        }
    }

    private void toGuest(SocketChannel channel) {
        ByteBuffer buffer = ByteBuffer.allocate(Frame.MAX_CONTENT);
        try {
            while (true) {
                buffer.clear().limit(awaitCredit());
                int length = channel.read(buffer);
                if (length < 0) {
                    link.send(frame(Frame.EOF, Frame.NOTHING));
                    return;
                }
                byte[] bytes = new byte[length];
                buffer.flip().get(bytes);
                lock.lock();
                try {
                    credit -= length;
                } finally {
                    lock.unlock();
                }
                link.send(frame(Frame.DATA, bytes));
            }
        } catch (IOException | InterruptedException e) {
            reset();
        }
    }

    private int awaitCredit() throws InterruptedException, IOException {
        lock.lock();
        try {
            while (credit == 0 && !ended) {
                changed.await();
            }
            if (ended) {
                throw new IOException("The stream has ended");
            }
            return Math.min(credit, Frame.MAX_CONTENT);
        } finally {
            lock.unlock();
        }
    }

    private Frame frame(byte type, byte[] content) {
        return new Frame(type, id, generation, content);
    }

    /** Ends it on both sides. */
    private void reset() {
        boolean tell;
        lock.lock();
        try {
            tell = !ended && !resetByGuest;
        } finally {
            lock.unlock();
        }
        end();
        if (tell) {
            try {
                link.send(frame(Frame.RESET, Frame.NOTHING));
            } catch (IOException e) {
                return; // the guest has gone
            } finally {
                link.forget(this);
            }
        }
    }

    /** Ends the host's side. */
    void end() {
        lock.lock();
        try {
            ended = true;
            waiting.clear();
            if (local != null) {
                closeQuietly(local);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    static void closeQuietly(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            return; // closed already
        }
    }
}
