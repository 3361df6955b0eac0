package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.hosting.InvocationOutcome;
import dev.mayfly.invoker.hosts.AnswerSink;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** What one attempt answered. The answer is kept as far as somebody may ask for it. */
final class Attempt implements AnswerSink {
    /** As much as an event may have. */
    private static final int KEPT_BYTES = 1 << 20;

    private static final int MESSAGE_CHARS = 1024;

    private final String executedVersion;
    private final boolean keepsSuccess;
    private InvocationOutcome.Status status = InvocationOutcome.Status.PLATFORM_ERROR;
    private Duration took = Duration.ZERO;
    private byte @Nullable [] body;

    Attempt(String executedVersion, boolean keepsSuccess) {
        this.executedVersion = executedVersion;
        this.keepsSuccess = keepsSuccess;
    }

    @Override
    public void accept(InvocationOutcome outcome, InputStream answer, long length) throws IOException {
        boolean wanted = keepsSuccess || outcome.status() != InvocationOutcome.Status.SUCCESS;
        if (wanted && length <= KEPT_BYTES) {
            byte[] read = answer.readNBytes(KEPT_BYTES + 1);
            body = read.length <= KEPT_BYTES ? read : null;
        }
        // Read to the end, so that the connection stays good.
        answer.transferTo(OutputStream.nullOutputStream());
        status = outcome.status();
        took = Duration.of(outcome.durationMicros(), ChronoUnit.MICROS);
    }

    /** How long the function ran; zero when that is not known. */
    Duration took() {
        return took;
    }

    InvocationOutcome.Status status() {
        return status;
    }

    String executedVersion() {
        return executedVersion;
    }

    /** The answer, or null when it was larger than 1 MiB or was not wanted. */
    byte @Nullable [] body() {
        return body;
    }

    /** What the function's error says, without its type. */
    String plainMessage() {
        if (body == null) {
            return errorMessage();
        }
        try {
            return JsonMapper.shared()
                    .readTree(body)
                    .path("errorMessage")
                    .asStringOpt()
                    .orElseGet(this::errorMessage);
        } catch (JacksonException e) {
            return errorMessage();
        }
    }

    /** The function's error in at most 1024 characters. */
    String errorMessage() {
        String message = status.name();
        if (body != null) {
            try {
                var error = JsonMapper.shared().readTree(body);
                var type = error.path("errorType").asStringOpt();
                message = error.path("errorMessage")
                        .asStringOpt()
                        .map(text -> type.map(named -> named + ": " + text).orElse(text))
                        .orElseGet(() -> type.orElseGet(error::toString));
            } catch (JacksonException e) {
                message = new String(body, StandardCharsets.UTF_8);
            }
        }
        return message.length() <= MESSAGE_CHARS ? message : message.substring(0, MESSAGE_CHARS);
    }
}
