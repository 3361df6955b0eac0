package dev.mayfly.contracts.logs;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * One log event of a function on {@link Topics#FUNCTION_LOGS}: a CloudEvent whose data is the text.
 *
 * @param functionKey {@link dev.mayfly.contracts.function.FunctionVersion#key}
 * @param requestId the invocation that it belongs to, or null
 * @param group the log group, e.g. {@code /aws/lambda/thumbnail}
 * @param stream the log stream: one for each sandbox, {@code 2026/01/31/[$LATEST]0123456789abcdef}
 * @param time when it was written, to the millisecond
 * @param text the message, without a line end
 */
public record LogLine(
        String functionKey, @Nullable String requestId, String group, String stream, Instant time, String text) {

    private static final String TYPE = "dev.mayfly.function.log";

    /** The event that carries this line. {@code id} is unique among the lines of {@code source}. */
    public CloudEvent toEvent(String id, String source) {
        var extensions = requestId == null
                ? Map.of("loggroup", group, "logstream", stream)
                : Map.of("loggroup", group, "logstream", stream, "requestid", requestId);
        return new CloudEvent(id, source, TYPE, functionKey, time, extensions, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads a line back.
     *
     * @throws IllegalArgumentException when the record is no log line
     */
    public static LogLine from(ConsumerRecord<String, byte[]> received) {
        CloudEvent event = CloudEvent.from(received);
        if (!event.type().equals(TYPE)) {
            throw new IllegalArgumentException("The record is no log line but " + event.type());
        }
        String key = Objects.requireNonNull(event.subject(), "A log line names its function");
        String name = key.substring(key.indexOf(':') + 1, key.lastIndexOf(':'));
        return new LogLine(
                key,
                event.extensions().get("requestid"),
                event.extensions().getOrDefault("loggroup", "/aws/lambda/" + name),
                event.extensions().getOrDefault("logstream", "unknown"),
                event.time(),
                new String(event.data(), StandardCharsets.UTF_8));
    }

    public String accountId() {
        return functionKey.substring(0, functionKey.indexOf(':'));
    }

    /** The function's name. */
    public String function() {
        return functionKey.substring(functionKey.indexOf(':') + 1, functionKey.lastIndexOf(':'));
    }

    public String version() {
        return functionKey.substring(functionKey.lastIndexOf(':') + 1);
    }
}
