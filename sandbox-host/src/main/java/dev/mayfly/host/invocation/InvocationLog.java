package dev.mayfly.host.invocation;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.logs.LogLine;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The log of one invocation: START, the function's lines, END, REPORT; and its last 4 KB. */
final class InvocationLog {
    private static final int TAIL_BYTES = 4096;

    private final Consumer<LogLine> functionLines;
    private final Consumer<LogLine> platformLines;
    private final FunctionVersion version;
    private final String requestId;
    private final PlatformLines platform;
    private final Deque<byte[]> tail = new ArrayDeque<>();
    private final boolean keepTail;
    private String stream;
    private int tailBytes;

    /**
     * @param functionLines takes what the function writes
     * @param platformLines takes START, END and REPORT
     * @param traceId the X-Ray style trace header, or null
     */
    InvocationLog(
            Consumer<LogLine> functionLines,
            Consumer<LogLine> platformLines,
            FunctionVersion version,
            String requestId,
            boolean keepTail,
            @Nullable String traceId) {
        this.functionLines = functionLines;
        this.platformLines = platformLines;
        this.version = version;
        this.requestId = requestId;
        this.keepTail = keepTail;
        this.platform = PlatformLines.of(version, requestId, traceId);
        this.stream = "unknown/[" + version.version() + "]" + requestId.replace("-", "");
    }

    /** From now on lines belong to this stream. */
    synchronized void stream(String name) {
        if (!name.isEmpty()) {
            stream = name;
        }
    }

    /** Takes a line that the function wrote. */
    synchronized void line(String line) {
        publish(functionLines, line, Instant.now(), requestId);
        keep(line);
    }

    private void keep(String line) {
        if (!keepTail) {
            return;
        }
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        tail.addLast(bytes);
        tailBytes += bytes.length;
        while (tail.size() > 1 && tailBytes - tail.getFirst().length >= TAIL_BYTES) {
            tailBytes -= tail.removeFirst().length;
        }
    }

    private void publish(Consumer<LogLine> publisher, String line, Instant time, @Nullable String request) {
        publisher.accept(new LogLine(
                version.key(), request, version.logging().group(), stream, time.truncatedTo(ChronoUnit.MILLIS), line));
    }

    /** A sandbox began to start then. The client's tail begins with its own invocation, as Lambda's does. */
    synchronized void initStart(Instant time, String initializationType) {
        String line = platform.initStart(time, initializationType);
        if (line != null) {
            publish(platformLines, line, time, null);
        }
    }

    void start() {
        write(platform.start(Instant.now()));
    }

    void end(InvocationReport report) {
        Instant now = Instant.now();
        write(platform.end(now, report));
        write(platform.report(now, report));
    }

    private synchronized void write(@Nullable String line) {
        if (line != null) {
            publish(platformLines, line, Instant.now(), requestId);
            keep(line);
        }
    }

    /** Base64 of the last 4 KB. */
    synchronized String tail() {
        byte[] all = new byte[tailBytes];
        int at = 0;
        for (byte[] line : tail) {
            System.arraycopy(line, 0, all, at, line.length);
            at += line.length;
        }
        byte[] last = all.length <= TAIL_BYTES ? all : Arrays.copyOfRange(all, all.length - TAIL_BYTES, all.length);
        return Base64.getEncoder().encodeToString(last);
    }
}
