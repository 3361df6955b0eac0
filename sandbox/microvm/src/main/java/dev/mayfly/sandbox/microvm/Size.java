package dev.mayfly.sandbox.microvm;

import java.util.List;

/**
 * How large a machine is. There are few sizes, as each needs snapshots of its own; what a machine does not touch of its
 * memory takes nothing, and the function's exact limit is a cgroup's inside.
 *
 * @param functionMb the largest function that fits
 */
record Size(int functionMb) {
    /** What the guest's kernel and agent need besides. */
    private static final int KERNEL_MB = 128;

    /** What the monitor needs besides: translated code, buffers. */
    private static final int MONITOR_MB = 192;

    private static final int MEGABYTES_PER_CORE = 1769;
    private static final int MOST_PROCESSORS = 6;
    private static final List<Integer> FUNCTION_MB = List.of(256, 1024, 3072, 10_240);

    static final Size SMALLEST = new Size(256);

    static Size holding(int memoryMb) {
        return new Size(FUNCTION_MB.stream()
                .filter(size -> size >= memoryMb)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No machine has " + memoryMb + " MB for a function")));
    }

    /** The guest's memory. */
    int guestMb() {
        return functionMb + KERNEL_MB;
    }

    /** What a machine with a function of {@code memoryMb} may take of this machine. */
    static int hostMb(int memoryMb) {
        return memoryMb + KERNEL_MB + MONITOR_MB;
    }

    /** An emulated guest has one processor: its instructions run one after another anyway. */
    int processors(Driver driver) {
        return driver.isHardware()
                ? Math.clamp((functionMb + MEGABYTES_PER_CORE - 1) / MEGABYTES_PER_CORE, 1, MOST_PROCESSORS)
                : 1;
    }
}
