package dev.mayfly.sandbox.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One thread that waits for every sandbox's log pipe and end. A virtual thread that reads a pipe would hold a carrier
 * thread for as long as the sandbox lives.
 */
public final class Reactor implements AutoCloseable {
    private static final int BATCH = 64;
    private static final long STOP = 0;

    private final Map<Long, Runnable> watches = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private final int epoll;
    private final int[] wakeUp;
    private final Thread thread;

    public Reactor() throws IOException {
        epoll = Linux.epollCreate();
        wakeUp = Linux.pipe();
        Linux.epollControl(epoll, Linux.EPOLL_CTL_ADD, wakeUp[0], STOP);
        thread = Thread.ofPlatform().name("sandbox-reactor").daemon().start(this::run);
    }

    /** Runs {@code whenReady} on the reactor's thread as long as {@code descriptor} is readable. */
    public Watch watch(int descriptor, Runnable whenReady) throws IOException {
        long id = ids.incrementAndGet();
        watches.put(id, whenReady);
        try {
            Linux.epollControl(epoll, Linux.EPOLL_CTL_ADD, descriptor, id);
        } catch (IOException e) {
            watches.remove(id);
            throw e;
        }
        return new Watch(id, descriptor);
    }

    /** One watched descriptor; cancelled once. */
    public final class Watch {
        private final long id;
        private final int descriptor;

        private Watch(long id, int descriptor) {
            this.id = id;
            this.descriptor = descriptor;
        }

        public void cancel() {
            if (watches.remove(id) != null) {
                try {
                    Linux.epollControl(epoll, Linux.EPOLL_CTL_DEL, descriptor, 0);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void run() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment events = arena.allocate(Linux.EPOLL_EVENT_SIZE * BATCH, 8);
            while (true) {
                int ready = Linux.epollWait(epoll, events, BATCH);
                for (int i = 0; i < ready; i++) {
                    long id = events.get(
                            ValueLayout.JAVA_LONG_UNALIGNED, i * Linux.EPOLL_EVENT_SIZE + Linux.EPOLL_EVENT_DATA);
                    if (id == STOP) {
                        return;
                    }
                    Runnable watch = watches.get(id);
                    if (watch != null) {
                        watch.run();
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            Linux.close(wakeUp[1]);
            thread.join();
            Linux.close(wakeUp[0]);
            Linux.close(epoll);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
