package dev.mayfly.sandbox.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The few system calls that Java has no API for. Each throws {@link IOException} with the call's name and errno. */
public final class Linux {
    static final int CLONE_NEWNET = 0x40000000;
    static final int EPOLL_CTL_ADD = 1;
    static final int EPOLL_CTL_DEL = 2;
    static final int EPOLLIN = 1;
    static final int SIGKILL = 9;
    static final int SIGTERM = 15;

    /** Returned by {@link #read} when a non-blocking descriptor has nothing now. */
    static final int NOTHING = -1;

    /** {@code struct epoll_event} is packed on x86-64 only. */
    static final boolean X86_64 = System.getProperty("os.arch").equals("amd64");

    static final long EPOLL_EVENT_SIZE = X86_64 ? 12 : 16;
    static final long EPOLL_EVENT_DATA = X86_64 ? 4 : 8;

    private static final int ENOENT = 2;
    private static final int EINTR = 4;
    private static final int EAGAIN = 11;
    private static final int EINVAL = 22;
    private static final int O_CLOEXEC = 0x80000;
    private static final int O_NONBLOCK = 0x800;
    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;
    private static final int SIOCSIFFLAGS = 0x8914;
    private static final int IFREQ_SIZE = 40;
    private static final int IFF_UP_RUNNING = 0x41;
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final int WNOHANG = 1;
    private static final long SYS_PIDFD_SEND_SIGNAL = 424;
    private static final long SYS_PIDFD_OPEN = 434;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private static final MethodHandle OPEN = variadic("open", 2, INT, ValueLayout.ADDRESS, INT);
    private static final MethodHandle CLOSE = call("close", INT, INT);
    private static final MethodHandle READ = call("read", LONG, INT, ValueLayout.ADDRESS, LONG);
    private static final MethodHandle PIPE2 = call("pipe2", INT, ValueLayout.ADDRESS, INT);
    private static final MethodHandle UNSHARE = call("unshare", INT, INT);
    private static final MethodHandle SETNS = call("setns", INT, INT, INT);
    private static final MethodHandle SOCKET = call("socket", INT, INT, INT, INT);
    private static final MethodHandle IOCTL = variadic("ioctl", 2, INT, INT, LONG, ValueLayout.ADDRESS);
    private static final MethodHandle PRCTL = variadic("prctl", 1, INT, INT, LONG, LONG, LONG, LONG);
    private static final MethodHandle SYSCALL = variadic("syscall", 1, LONG, LONG, LONG, LONG, LONG, LONG, LONG);
    private static final MethodHandle UMOUNT2 = call("umount2", INT, ValueLayout.ADDRESS, INT);
    private static final MethodHandle WAITPID = call("waitpid", INT, INT, ValueLayout.ADDRESS, INT);
    private static final MethodHandle EPOLL_CREATE1 = call("epoll_create1", INT, INT);
    private static final MethodHandle EPOLL_CTL = call("epoll_ctl", INT, INT, INT, INT, ValueLayout.ADDRESS);
    private static final MethodHandle EPOLL_WAIT = call("epoll_wait", INT, INT, ValueLayout.ADDRESS, INT, INT);
    private static final MethodHandle STATVFS = call("statvfs", INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    private static final MethodHandle GETEUID = call("geteuid", INT);
    private static final MethodHandle FCNTL = variadic("fcntl", 2, INT, INT, INT, INT);

    private Linux() {}

    private static MethodHandle call(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"));
    }

    private static MethodHandle variadic(String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(fixed));
    }

    /** A call whose result below zero is an error. */
    @FunctionalInterface
    private interface Native {
        long call(MemorySegment state) throws Throwable;
    }

    private static long checked(String name, Arena arena, Native call) throws IOException {
        MemorySegment state = arena.allocate(STATE);
        long result = unchecked(call, state);
        if (result < 0) {
            throw new IOException(name + ": errno " + (int) ERRNO.get(state, 0L));
        }
        return result;
    }

    private static long unchecked(Native call, MemorySegment state) {
        try {
            return call.call(state);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("A native call throws nothing checked", e);
        }
    }

    public static boolean isRoot() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return unchecked(s -> (int) GETEUID.invokeExact(s), state) == 0;
        }
    }

    public static int open(String path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path, StandardCharsets.UTF_8);
            return (int) checked("open " + path, arena, s -> (int) OPEN.invokeExact(s, name, O_CLOEXEC));
        }
    }

    public static void close(int descriptor) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            checked("close", arena, s -> (int) CLOSE.invokeExact(s, descriptor));
        }
    }

    /**
     * @return bytes read, 0 at the end, or {@link #NOTHING}
     */
    static int read(int descriptor, MemorySegment buffer) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result = unchecked(s -> (long) READ.invokeExact(s, descriptor, buffer, buffer.byteSize()), state);
            if (result >= 0) {
                return (int) result;
            }
            int errno = (int) ERRNO.get(state, 0L);
            if (errno == EAGAIN || errno == EINTR) {
                return NOTHING;
            }
            throw new IOException("read: errno " + errno);
        }
    }

    /** A pipe: the end to read, non-blocking, and the end to write, blocking. Neither passes an exec. */
    static int[] pipe() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(INT, 2);
            checked("pipe2", arena, s -> (int) PIPE2.invokeExact(s, ends, O_CLOEXEC));
            int[] result = {ends.getAtIndex(INT, 0), ends.getAtIndex(INT, 1)};
            int setFlags = 4;
            checked("fcntl", arena, s -> (int) FCNTL.invokeExact(s, result[0], setFlags, O_NONBLOCK));
            return result;
        }
    }

    static void unshare(int flags) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            checked("unshare", arena, s -> (int) UNSHARE.invokeExact(s, flags));
        }
    }

    static void setns(int descriptor, int kind) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            checked("setns", arena, s -> (int) SETNS.invokeExact(s, descriptor, kind));
        }
    }

    /** Brings up the loopback interface of the calling thread's network namespace. */
    static void loopbackUp() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            int socket = (int)
                    checked("socket", arena, s -> (int) SOCKET.invokeExact(s, AF_INET, SOCK_DGRAM | O_CLOEXEC, 0));
            try {
                MemorySegment request = arena.allocate(IFREQ_SIZE, 8);
                request.setString(0, "lo", StandardCharsets.US_ASCII);
                request.set(ValueLayout.JAVA_SHORT, 16, (short) IFF_UP_RUNNING);
                checked("ioctl", arena, s -> (int) IOCTL.invokeExact(s, socket, (long) SIOCSIFFLAGS, request));
            } finally {
                close(socket);
            }
        }
    }

    /** Makes orphaned descendants children of this process, so that it learns how they end. */
    public static void becomeSubreaper() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            checked("prctl", arena, s -> (int) PRCTL.invokeExact(s, PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L));
        }
    }

    /** A call that the C library has no function for; pointers are given as addresses. */
    static long call(String what, long number, long first, long second, long third, long fourth, long fifth)
            throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return checked(
                    what, arena, s -> (long) SYSCALL.invokeExact(s, number, first, second, third, fourth, fifth));
        }
    }

    static int pidfdOpen(long pid) throws IOException {
        return (int) call("pidfd_open", SYS_PIDFD_OPEN, pid, 0, 0, 0, 0);
    }

    static void pidfdKill(int pidfd) throws IOException {
        pidfdSignal(pidfd, SIGKILL);
    }

    static void pidfdTerminate(int pidfd) throws IOException {
        pidfdSignal(pidfd, SIGTERM);
    }

    private static void pidfdSignal(int pidfd, int signal) throws IOException {
        call("pidfd_send_signal", SYS_PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0, 0);
    }

    static void statvfs(Path path, MemorySegment answer) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path.toString(), StandardCharsets.UTF_8);
            checked("statvfs " + path, arena, s -> (int) STATVFS.invokeExact(s, name, answer));
        }
    }

    /** Nothing mounted there, or nothing there at all: nothing done. */
    static void unmount(Path target, int flags) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(target.toString(), StandardCharsets.UTF_8);
            MemorySegment state = arena.allocate(STATE);
            if (unchecked(s -> (int) UMOUNT2.invokeExact(s, path, flags), state) < 0) {
                int errno = (int) ERRNO.get(state, 0L);
                if (errno != EINVAL && errno != ENOENT) {
                    throw new IOException("umount2 " + target + ": errno " + errno);
                }
            }
        }
    }

    /**
     * Collects an ended child.
     *
     * @return its wait status, or -1 when it is still running or not a child
     */
    public static int reap(int pid) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(INT);
            MemorySegment state = arena.allocate(STATE);
            long result = unchecked(s -> (int) WAITPID.invokeExact(s, pid, status, WNOHANG), state);
            return result == pid ? status.get(INT, 0) : -1;
        }
    }

    static int epollCreate() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return (int) checked("epoll_create1", arena, s -> (int) EPOLL_CREATE1.invokeExact(s, O_CLOEXEC));
        }
    }

    static void epollControl(int epoll, int operation, int descriptor, long data) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(EPOLL_EVENT_SIZE, 8);
            event.set(INT, 0, EPOLLIN);
            event.set(ValueLayout.JAVA_LONG_UNALIGNED, EPOLL_EVENT_DATA, data);
            checked("epoll_ctl", arena, s -> (int) EPOLL_CTL.invokeExact(s, epoll, operation, descriptor, event));
        }
    }

    /** Waits without limit; 0 when a signal interrupted it. */
    static int epollWait(int epoll, MemorySegment events, int capacity) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result = unchecked(s -> (int) EPOLL_WAIT.invokeExact(s, epoll, events, capacity, -1), state);
            if (result < 0 && (int) ERRNO.get(state, 0L) != EINTR) {
                throw new IOException("epoll_wait: errno " + (int) ERRNO.get(state, 0L));
            }
            return (int) Math.max(result, 0);
        }
    }
}
