package dev.mayfly.standalone.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process, told apart from a later one with the same number.
 *
 * @param pid process id
 * @param birth when it started, in a form that only equality makes sense of
 */
public record ProcessIdentity(long pid, String birth) {
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
    private static final int START_TICKS_AFTER_NAME = 19;

    public static ProcessIdentity ofCurrent() {
        ProcessHandle current = ProcessHandle.current();
        return new ProcessIdentity(current.pid(), birthOf(current));
    }

    /** Of a process that may have ended already. */
    public static Optional<ProcessIdentity> of(long pid) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .map(handle -> new ProcessIdentity(pid, birthOf(handle)));
    }

    /** The process, if it still runs. */
    public Optional<ProcessHandle> process() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(handle -> birthOf(handle).equals(birth));
    }

    /** What {@link #parse} reads. */
    public String text() {
        return pid + "@" + birth;
    }

    /** Empty when {@code text} is not from {@link #text}. */
    public static Optional<ProcessIdentity> parse(String text) {
        int at = text.indexOf('@');
        if (at <= 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ProcessIdentity(Long.parseLong(text.substring(0, at)), text.substring(at + 1)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** On Linux clock ticks since a named boot, which no change of the clock moves; else the start time. */
    private static String birthOf(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            if (afterName[0].equals("Z")) {
                return "ended, and nobody asked how";
            }
            String boot = Files.exists(BOOT) ? Files.readString(BOOT).strip() : "";
            return boot + "/" + afterName[START_TICKS_AFTER_NAME];
        } catch (IOException e) {
            return process.info()
                    .startInstant()
                    .map(start -> Long.toString(start.toEpochMilli()))
                    .orElse("unknown");
        }
    }
}
