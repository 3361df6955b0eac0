package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.FunctionVersion;
import java.time.Duration;
import java.time.Instant;

/** Takes what is to be said about sandboxes and what they write while no invocation has them. */
public interface SandboxLines {
    /**
     * A sandbox, as its log tells of it.
     *
     * @param stream its log stream
     * @param initializationType e.g. {@code provisioned-concurrency}
     * @param began when it began to start
     */
    record Origin(FunctionVersion version, String stream, String initializationType, Instant began) {}

    /** It began to start. */
    void started(Origin origin);

    /** It did not come to be. */
    void failed(Origin origin, Duration init, String errorType);

    /** It wrote a line. */
    void line(Origin origin, Instant time, String text);
}
