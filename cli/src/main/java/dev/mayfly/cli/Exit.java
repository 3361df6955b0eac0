package dev.mayfly.cli;

/** What the exit codes of {@code ./mayfly} mean. */
final class Exit {
    static final int OK = 0;
    /** It was tried and did not work. */
    static final int FAILURE = 1;
    /** The command line or a setting cannot be used. */
    static final int USAGE = 2;
    /** The suite does not run. */
    static final int NOT_RUNNING = 3;
    /** Another process starts or stops the suite. */
    static final int BUSY = 4;
    /** A program is missing that is needed, such as a JDK or Maven. */
    static final int MISSING = 5;

    private Exit() {}
}
