package dev.mayfly.host.invocation;

import dev.mayfly.contracts.logs.LogLine;
import dev.mayfly.host.lease.SandboxLines;
import dev.mayfly.host.log.LogPublisher;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Writes into a function's log what its sandboxes say for themselves: lines of no request, as Lambda has them. */
@Component
class SandboxLinesPublisher implements SandboxLines {
    private final LogPublisher logs;

    SandboxLinesPublisher(LogPublisher logs) {
        this.logs = logs;
    }

    @Override
    public void started(Origin origin) {
        String line = platform(origin).initStart(origin.began(), origin.initializationType());
        publish(logs::publishPlatform, origin, origin.began(), line);
    }

    @Override
    public void failed(Origin origin, Duration init, String errorType) {
        Instant now = Instant.now();
        String line = platform(origin).initReport(now, origin.initializationType(), init, errorType);
        publish(logs::publishPlatform, origin, now, line);
    }

    @Override
    public void line(Origin origin, Instant time, String text) {
        publish(logs::publish, origin, time, text);
    }

    private static PlatformLines platform(Origin origin) {
        return PlatformLines.of(origin.version(), "", null);
    }

    private static void publish(Consumer<LogLine> publisher, Origin origin, Instant time, @Nullable String text) {
        if (text != null) {
            var version = origin.version();
            publisher.accept(new LogLine(
                    version.key(),
                    null,
                    version.logging().group(),
                    origin.stream(),
                    time.truncatedTo(ChronoUnit.MILLIS),
                    text));
        }
    }
}
