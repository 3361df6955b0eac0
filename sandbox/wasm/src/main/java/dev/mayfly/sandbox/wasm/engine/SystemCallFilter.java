package dev.mayfly.sandbox.wasm.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A seccomp filter over every thread of this process: no new program, no new process, no socket but a Unix one, no
 * tracing, mounting, namespaces, keys or kernel interfaces with a history. What a JVM needs to run guests passes.
 */
final class SystemCallFilter {
    private static final int SET_MODE_FILTER = 1;
    private static final int ALL_THREADS = 1;

    private static final int ALLOW = 0x7fff0000;
    private static final int KILL_PROCESS = 0x80000000;
    private static final int FAIL = 0x00050000;
    private static final int NOT_PERMITTED = 1;
    private static final int NOT_IMPLEMENTED = 38;

    private static final int LOAD = 0x20;
    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_AT_LEAST = 0x35;
    private static final int JUMP_SET = 0x45;
    private static final int RETURN = 0x06;

    private static final int NUMBER_OFFSET = 0;
    private static final int ARCHITECTURE_OFFSET = 4;
    private static final int FIRST_ARGUMENT_OFFSET = 16;

    private static final int UNIX_DOMAIN = 1;
    private static final int CLONE_THREAD = 0x00010000;
    private static final int CLONE3 = 435;

    /**
     * The numbers of one processor architecture.
     *
     * @param audit its {@code AUDIT_ARCH} constant
     * @param limit numbers from here on belong to another calling convention
     */
    private record Architecture(int audit, int limit, int seccomp, int socket, int cloneCall, int[] denied) {}

    private static final Architecture X86_64 = new Architecture(0xC000003E, 0x40000000, 317, 41, 56, new int[] {
        57,
        58,
        59,
        322, // fork, vfork, execve, execveat
        101,
        310,
        311,
        312,
        438, // ptrace, process_vm_*, kcmp, pidfd_getfd
        155,
        161,
        165,
        166,
        428,
        429,
        430,
        431,
        432,
        433,
        442, // pivot_root, chroot, mounts
        133,
        259,
        303,
        304, // mknod, mknodat, file handles
        272,
        308,
        321,
        298,
        323, // unshare, setns, bpf, perf_event_open, userfaultfd
        248,
        249,
        250,
        425,
        426,
        427, // keys, io_uring
        175,
        176,
        313,
        246,
        320,
        169, // modules, kexec, reboot
        159,
        164,
        227,
        172,
        173,
        103,
        163,
        167,
        168 // clocks, ports, syslog, acct, swap
    });

    private static final Architecture AARCH64 = new Architecture(0xC00000B7, 0x40000000, 277, 198, 220, new int[] {
        221,
        281, // execve, execveat
        117,
        270,
        271,
        272,
        438, // ptrace, process_vm_*, kcmp, pidfd_getfd
        41,
        51,
        40,
        39,
        428,
        429,
        430,
        431,
        432,
        433,
        442, // pivot_root, chroot, mounts
        33,
        264,
        265, // mknodat, file handles
        97,
        268,
        280,
        241,
        282, // unshare, setns, bpf, perf_event_open, userfaultfd
        217,
        218,
        219,
        425,
        426,
        427, // keys, io_uring
        105,
        106,
        273,
        104,
        294,
        142, // modules, kexec, reboot
        171,
        170,
        112,
        116,
        89,
        224,
        225 // clocks, syslog, acct, swap
    });

    private SystemCallFilter() {}

    /** @throws IllegalStateException when the kernel refuses, or the processor is another one */
    static void install() {
        Architecture architecture = switch (System.getProperty("os.arch", "")) {
            case "amd64" -> X86_64;
            case "aarch64" -> AARCH64;
            default ->
                throw new IllegalStateException("There is no system call filter for " + System.getProperty("os.arch"));
        };
        long failed = seccomp(architecture.seccomp, program(architecture));
        if (failed != 0) {
            throw new IllegalStateException("The kernel refused the system call filter: " + failed);
        }
    }

    private record Instruction(int code, int ifTrue, int ifFalse, int operand) {}

    private static List<Instruction> program(Architecture architecture) {
        List<Instruction> program = new ArrayList<>();
        program.add(new Instruction(LOAD, 0, 0, ARCHITECTURE_OFFSET));
        program.add(new Instruction(JUMP_EQUAL, 1, 0, architecture.audit));
        program.add(new Instruction(RETURN, 0, 0, KILL_PROCESS));
        program.add(new Instruction(LOAD, 0, 0, NUMBER_OFFSET));
        program.add(new Instruction(JUMP_AT_LEAST, 0, 1, architecture.limit));
        program.add(new Instruction(RETURN, 0, 0, FAIL | NOT_PERMITTED));
        for (int denied : architecture.denied) {
            program.add(new Instruction(JUMP_EQUAL, 0, 1, denied));
            program.add(new Instruction(RETURN, 0, 0, FAIL | NOT_PERMITTED));
        }
        // The C library falls back to clone, whose flags can be seen.
        program.add(new Instruction(JUMP_EQUAL, 0, 1, CLONE3));
        program.add(new Instruction(RETURN, 0, 0, FAIL | NOT_IMPLEMENTED));
        program.add(new Instruction(JUMP_EQUAL, 0, 4, architecture.cloneCall));
        program.add(new Instruction(LOAD, 0, 0, FIRST_ARGUMENT_OFFSET));
        program.add(new Instruction(JUMP_SET, 0, 1, CLONE_THREAD));
        program.add(new Instruction(RETURN, 0, 0, ALLOW));
        program.add(new Instruction(RETURN, 0, 0, FAIL | NOT_PERMITTED));
        program.add(new Instruction(JUMP_EQUAL, 0, 3, architecture.socket));
        program.add(new Instruction(LOAD, 0, 0, FIRST_ARGUMENT_OFFSET));
        program.add(new Instruction(JUMP_EQUAL, 1, 0, UNIX_DOMAIN));
        program.add(new Instruction(RETURN, 0, 0, FAIL | NOT_PERMITTED));
        program.add(new Instruction(RETURN, 0, 0, ALLOW));
        return program;
    }

    private static long seccomp(int number, List<Instruction> program) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment filters = arena.allocate(8L * program.size(), 8);
            long at = 0;
            for (Instruction instruction : program) {
                filters.set(ValueLayout.JAVA_SHORT, at, (short) instruction.code);
                filters.set(ValueLayout.JAVA_BYTE, at + 2, (byte) instruction.ifTrue);
                filters.set(ValueLayout.JAVA_BYTE, at + 3, (byte) instruction.ifFalse);
                filters.set(ValueLayout.JAVA_INT, at + 4, instruction.operand);
                at += 8;
            }
            MemorySegment header = arena.allocate(16, 8);
            header.set(ValueLayout.JAVA_SHORT.withOrder(ByteOrder.nativeOrder()), 0, (short) program.size());
            header.set(ValueLayout.ADDRESS, 8, filters);
            var linker = Linker.nativeLinker();
            var call = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("syscall"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.ADDRESS),
                    Linker.Option.firstVariadicArg(1));
            return (long) call.invokeExact((long) number, (long) SET_MODE_FILTER, (long) ALL_THREADS, header);
        } catch (Throwable e) {
            throw new IllegalStateException("The system call filter cannot be installed", e);
        }
    }
}
