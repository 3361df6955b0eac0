package dev.mayfly.sandbox.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The first process of a container: when it ends, the kernel ends all others. */
public final class GuestProcess {
    /**
     * How it ended.
     *
     * @param waitStatus as {@code waitpid} gives it; -1 when nobody knows
     */
    public record Exit(int waitStatus) {
        private static final int SIGKILL = 9;

        public boolean killed() {
            return waitStatus != -1 && (waitStatus & 0x7f) == SIGKILL;
        }

        /** In Lambda's words. */
        public String description() {
            if (waitStatus == -1) {
                return "exit status unknown";
            }
            int signal = waitStatus & 0x7f;
            return signal == 0 ? "exit status " + (waitStatus >> 8 & 0xff) : "signal: " + name(signal);
        }

        private static String name(int signal) {
            return switch (signal) {
                case 4 -> "illegal instruction";
                case 6 -> "aborted";
                case 7 -> "bus error";
                case 8 -> "floating point exception";
                case SIGKILL -> "killed";
                case 11 -> "segmentation fault";
                case 15 -> "terminated";
                default -> Integer.toString(signal);
            };
        }
    }

    private final int pid;
    private final int pidfd;
    private final CompletableFuture<Exit> exit = new CompletableFuture<>();
    private Reactor.@Nullable Watch watch;
    private boolean ended;

    public GuestProcess(int pid, Reactor reactor) throws IOException {
        this.pid = pid;
        this.pidfd = Linux.pidfdOpen(pid);
        synchronized (this) {
            watch = reactor.watch(pidfd, this::collect);
        }
    }

    private void collect() {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            if (watch != null) {
                watch.cancel();
            }
            try {
                Linux.close(pidfd);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        exit.complete(new Exit(Linux.reap(pid)));
    }

    public CompletableFuture<Exit> exit() {
        return exit;
    }

    public void kill() {
        signal(Linux::pidfdKill);
    }

    /** Sends {@code SIGTERM}, which it may handle or not. */
    public void terminate() {
        signal(Linux::pidfdTerminate);
    }

    @FunctionalInterface
    private interface Signal {
        void send(int pidfd) throws IOException;
    }

    private synchronized void signal(Signal signal) {
        if (ended) {
            return;
        }
        try {
            signal.send(pidfd);
        } catch (IOException e) {
            // It ended by itself meanwhile; the reactor will say so.
            return;
        }
    }
}
