package dev.mayfly.standalone.process;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A part of the suite that runs as a process of its own. */
public interface Component {
    String name();

    /** The TCP port it listens on. */
    int port();

    /** Makes ready what the process needs; called before every start. */
    default void prepare() throws IOException, InterruptedException {}

    /** The program and its arguments; asked for at every start. */
    List<String> command() throws IOException;

    /** All environment variables of the process. */
    Map<String, String> environment();

    Path workingFolder();

    Path log();

    /** Whether it can work now. Answers within a few seconds; called from one thread at a time. */
    boolean isHealthy() throws IOException;

    /** The signal that asks it to end in order. */
    default String stopSignal() {
        return "TERM";
    }

    /** How long it may take to end in order. */
    default Duration stopPatience() {
        return Duration.ofSeconds(8);
    }

    /** Whether its processes may outlive it and must be ended with it. */
    default boolean leavesProcesses() {
        return false;
    }
}
