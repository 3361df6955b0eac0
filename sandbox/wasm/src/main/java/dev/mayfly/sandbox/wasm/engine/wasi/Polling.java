package dev.mayfly.sandbox.wasm.engine.wasi;

import java.util.ArrayList;
import java.util.List;

/** {@code poll_oneoff}: files and streams are always ready, clocks when their time has come. */
final class Polling {
    private static final int SUBSCRIPTION_BYTES = 48;
    private static final int EVENT_BYTES = 32;
    private static final int MAX_SUBSCRIPTIONS = 65_536;
    private static final int CLOCK = 0;
    private static final int FD_READ = 1;
    private static final int ABSOLUTE = 1;

    private Polling() {}

    private record Alarm(long userData, long nanos) {}

    static int poll(WasiProcess process, GuestMemory memory, int in, int out, int count, int countOut) {
        if (count <= 0 || count > MAX_SUBSCRIPTIONS) {
            return Errno.INVAL;
        }
        List<Alarm> alarms = new ArrayList<>();
        int events = 0;
        long soonest = Long.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            int at = in + i * SUBSCRIPTION_BYTES;
            long userData = memory.longAt(at);
            int kind = memory.byteAt(at + 8);
            if (kind == CLOCK) {
                long nanos = wait(memory, at);
                soonest = Math.min(soonest, nanos);
                alarms.add(new Alarm(userData, nanos));
            } else {
                ready(process, memory, out + events++ * EVENT_BYTES, userData, kind, memory.intAt(at + 16));
            }
        }
        long waited = events == 0 ? soonest : 0;
        process.sleep(waited);
        for (Alarm alarm : alarms) {
            if (alarm.nanos <= waited) {
                event(memory, out + events++ * EVENT_BYTES, alarm.userData, Errno.SUCCESS, CLOCK, 0);
            }
        }
        memory.setInt(countOut, events);
        return Errno.SUCCESS;
    }

    /** Nanoseconds from now. */
    private static long wait(GuestMemory memory, int at) {
        int clock = memory.intAt(at + 16);
        long timeout = memory.longAt(at + 24);
        long bounded = timeout < 0 ? Long.MAX_VALUE : timeout;
        return (memory.intAt(at + 40) & ABSOLUTE) == 0 ? bounded : Math.max(0, bounded - WasiProcess.clock(clock));
    }

    private static void ready(WasiProcess process, GuestMemory memory, int at, long userData, int kind, int fd) {
        int errno = Errno.SUCCESS;
        long bytes = 0;
        try {
            bytes = switch (process.descriptor(fd)) {
                case Descriptor.Input input when kind == FD_READ -> input.left();
                case Descriptor.OpenFile file when kind == FD_READ -> Math.max(0, file.file.size() - file.position);
                default -> 1;
            };
        } catch (Errno.Failure e) {
            errno = e.errno();
        }
        event(memory, at, userData, errno, kind, bytes);
    }

    private static void event(GuestMemory memory, int at, long userData, int errno, int kind, long bytes) {
        memory.setLong(at, userData);
        memory.setShort(at + 8, errno);
        memory.setShort(at + 10, kind);
        memory.setInt(at + 12, 0);
        memory.setLong(at + 16, bytes);
        memory.setLong(at + 24, 0);
    }
}
