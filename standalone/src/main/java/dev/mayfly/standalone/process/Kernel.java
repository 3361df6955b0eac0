package dev.mayfly.standalone.process;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * Calls of the Linux kernel that Java has no word for: adopting the orphans among our descendants, so that no process of
 * a killed service escapes us, and burying those of them that ended.
 */
final class Kernel {
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final int P_ALL = 0;
    private static final int WNOHANG = 1;
    private static final int WEXITED = 4;
    private static final int WNOWAIT = 0x01000000;
    private static final int SIGINFO_BYTES = 128;
    private static final int SIGINFO_PID = 16;

    private final MethodHandle waitid;
    private final MethodHandle waitpid;

    private Kernel(MethodHandle waitid, MethodHandle waitpid) {
        this.waitid = waitid;
        this.waitpid = waitpid;
    }

    /** Makes this process the parent of its orphaned descendants. Empty where that is not possible: not on Linux. */
    static Optional<Kernel> adoptOrphans() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Optional.empty();
        }
        Linker linker = Linker.nativeLinker();
        MethodHandle prctl = function(
                linker,
                "prctl",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG));
        if (call(prctl, PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) != 0) {
            return Optional.empty();
        }
        return Optional.of(new Kernel(
                function(
                        linker,
                        "waitid",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT)),
                function(
                        linker,
                        "waitpid",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT))));
    }

    /** Buries adopted processes that ended. Those that {@code ours} knows are left to Java, which waits for them. */
    void buryOrphans(LongPredicate ours) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(SIGINFO_BYTES, Long.BYTES);
            while (true) {
                info.fill((byte) 0);
                if (call(waitid, P_ALL, 0, info, WEXITED | WNOHANG | WNOWAIT) != 0) {
                    return;
                }
                int pid = info.get(ValueLayout.JAVA_INT, SIGINFO_PID);
                if (pid == 0 || ours.test(pid)) {
                    return;
                }
                call(waitpid, pid, MemorySegment.NULL, WNOHANG);
            }
        }
    }

    private static MethodHandle function(Linker linker, String name, FunctionDescriptor type) {
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
    }

    private static int call(MethodHandle function, Object... arguments) {
        try {
            return (int) function.invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("A native function threw", e);
        }
    }
}
