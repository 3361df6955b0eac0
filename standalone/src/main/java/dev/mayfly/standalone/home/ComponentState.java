package dev.mayfly.standalone.home;

import java.time.Instant;

/**
 * A component of the running suite.
 *
 * @param pid 0 while no process runs
 * @param restarts how often it was started again after it had ended by itself
 * @param since when it entered this condition
 * @param detail empty, or what a person should know about the condition
 */
public record ComponentState(
        String name, Condition condition, long pid, int port, int restarts, Instant since, String detail) {

    /** What a component is doing. */
    public enum Condition {
        WAITING,
        STARTING,
        READY,
        /** Runs, but says that it cannot work. */
        UNHEALTHY,
        /** Ended by itself; is started again in a moment. */
        CRASHED,
        STOPPED
    }
}
