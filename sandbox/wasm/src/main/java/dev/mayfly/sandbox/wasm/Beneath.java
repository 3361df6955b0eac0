package dev.mayfly.sandbox.wasm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Paths that the kernel itself follows below a folder and no further: {@code openat2}, Linux 5.6 and later. */
final class Beneath implements AutoCloseable {
    private static final long OPENAT2 = 437;
    private static final long AT_FDCWD = -100;
    private static final long O_PATH = 0x200000;
    private static final long O_CLOEXEC = 0x80000;
    private static final long O_NOFOLLOW = System.getProperty("os.arch").equals("aarch64") ? 0x8000 : 0x20000;
    private static final long O_DIRECTORY = System.getProperty("os.arch").equals("aarch64") ? 0x4000 : 0x10000;
    private static final long NO_MAGIC_LINKS = 2;
    private static final long BENEATH = 8;
    private static final int HOW_BYTES = 24;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SYSCALL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.ADDRESS,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(1));
    private static final MethodHandle CLOSE = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("close"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private final int descriptor;

    private Beneath(int descriptor) {
        this.descriptor = descriptor;
    }

    /** The kernel refused. */
    static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;
        private final int errno;

        private RefusedException(String path, int errno) {
            super("openat2 " + path + ": errno " + errno);
            this.errno = errno;
        }

        int errno() {
            return errno;
        }
    }

    /** A folder of the machine, wherever it is. */
    static Beneath folder(Path path) throws RefusedException {
        return open(AT_FDCWD, path.toString(), O_DIRECTORY, 0);
    }

    /** What a path below this folder leads to; nothing above it is reached, by no link and no {@code ..} */
    Beneath find(String path, boolean follow) throws RefusedException {
        return open(descriptor, path, follow ? 0 : O_NOFOLLOW, BENEATH | NO_MAGIC_LINKS);
    }

    Beneath findFolder(String path) throws RefusedException {
        return open(descriptor, path, O_DIRECTORY, BENEATH | NO_MAGIC_LINKS);
    }

    private static Beneath open(long folder, String path, long flags, long resolve) throws RefusedException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            MemorySegment how = arena.allocate(HOW_BYTES, 8);
            how.setAtIndex(ValueLayout.JAVA_LONG, 0, O_PATH | O_CLOEXEC | flags);
            how.setAtIndex(ValueLayout.JAVA_LONG, 2, resolve);
            MemorySegment name = arena.allocateFrom(path, StandardCharsets.UTF_8);
            long result;
            try {
                result = (long) SYSCALL.invokeExact(state, OPENAT2, folder, name, how, (long) HOW_BYTES);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new AssertionError("A native call throws nothing checked", e);
            }
            if (result < 0) {
                throw new RefusedException(path, (int) ERRNO.get(state, 0L));
            }
            return new Beneath((int) result);
        }
    }

    /** The very thing, for as long as this is open: the kernel leads this path there, whatever is renamed meanwhile. */
    Path path() {
        return Path.of("/proc/self/fd", Integer.toString(descriptor));
    }

    @Override
    public void close() {
        try {
            int ignored = (int) CLOSE.invokeExact(descriptor);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("A native call throws nothing checked", e);
        }
    }
}
