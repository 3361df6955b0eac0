package dev.mayfly.sandbox.api;

/** Takes a function's log, line by line, in order. Must not block: a slow reader costs lines, never the function. */
@FunctionalInterface
public interface LogSink {
    /**
     * One line without its line break. A technology cuts lines at 256 KiB and stops reading what floods it.
     */
    void line(String line);
}
