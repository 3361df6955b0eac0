package dev.mayfly.sandbox.api;

/**
 * Whether a technology works on this machine.
 *
 * @param detail what runs it (program and version), or why it cannot run and what to do about it
 */
public record Availability(boolean available, String detail) {
    public static Availability yes(String what) {
        return new Availability(true, what);
    }

    public static Availability no(String why) {
        return new Availability(false, why);
    }
}
