package dev.mayfly.invoker.http;

import dev.mayfly.contracts.hosting.InvocationOutcome;
import dev.mayfly.contracts.traces.TimeSplit;
import dev.mayfly.invoker.hosts.AnswerSink;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Hands a host's answer on to the client. An answer of up to 256 KiB is read whole first, so that a host that breaks off
 * becomes an error response; of a larger one the client sees that the connection ended early.
 */
final class ClientAnswer implements AnswerSink {
    private static final int WHOLE = 256 << 10;
    private static final int CHUNK = 16 << 10;

    private final HttpServletResponse response;
    private final String version;
    private final String traceId;
    private InvocationOutcome.@Nullable Status status;
    private @Nullable TimeSplit split;

    ClientAnswer(HttpServletResponse response, String version, String traceId) {
        this.response = response;
        this.version = version;
        this.traceId = traceId;
    }

    @Override
    public void split(TimeSplit known) {
        split = known;
    }

    /** How the invocation ended; null while no answer came. */
    InvocationOutcome.@Nullable Status status() {
        return status;
    }

    @Override
    public void accept(InvocationOutcome outcome, InputStream body, long length) throws IOException {
        byte[] start = body.readNBytes(WHOLE);
        status = outcome.status();
        if (outcome.status() == InvocationOutcome.Status.PLATFORM_ERROR) {
            return;
        }
        describe(outcome);
        boolean whole = start.length < WHOLE;
        if (whole) {
            response.setContentLength(start.length);
        } else if (length >= 0) {
            response.setContentLengthLong(length);
        }
        write(start, start.length);
        if (!whole) {
            byte[] chunk = new byte[CHUNK];
            for (int read = body.read(chunk); read >= 0; read = body.read(chunk)) {
                write(chunk, read);
            }
        }
    }

    private void describe(InvocationOutcome outcome) {
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentType("application/json");
        response.setHeader("X-Amz-Executed-Version", version);
        response.setHeader("X-Amzn-Trace-Id", traceId);
        if (outcome.status() != InvocationOutcome.Status.SUCCESS) {
            response.setHeader("X-Amz-Function-Error", "Unhandled");
        }
        if (outcome.logTail() != null) {
            response.setHeader("X-Amz-Log-Result", outcome.logTail());
        }
        var known = split;
        if (known != null) {
            response.setHeader("Server-Timing", ServerTiming.whole(known, outcome.start()));
        }
    }

    private void write(byte[] bytes, int length) throws ReceiverGoneException {
        try {
            response.getOutputStream().write(bytes, 0, length);
        } catch (IOException e) {
            throw new ReceiverGoneException(e);
        }
    }
}
