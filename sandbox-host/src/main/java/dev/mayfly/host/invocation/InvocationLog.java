package dev.mayfly.host.invocation;

import dev.mayfly.contracts.hosting.InvocationOutcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.Locale;

/** The log of one invocation as Lambda writes it: START, the function's lines, END, REPORT; and its last 4 KB. */
final class InvocationLog {
    private static final int TAIL_BYTES = 4096;

    /** Takes each line at once, for those who follow the function's log. */
    @FunctionalInterface
    interface Publisher {
        void publish(String functionKey, String requestId, String line);
    }

    private final Publisher publisher;
    private final String functionKey;
    private final String requestId;
    private final Deque<byte[]> tail = new ArrayDeque<>();
    private final boolean keepTail;
    private int tailBytes;

    InvocationLog(Publisher publisher, String functionKey, String requestId, boolean keepTail) {
        this.publisher = publisher;
        this.functionKey = functionKey;
        this.requestId = requestId;
        this.keepTail = keepTail;
    }

    synchronized void line(String line) {
        publisher.publish(functionKey, requestId, line);
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

    void start(String version) {
        line("START RequestId: " + requestId + " Version: " + version);
    }

    /** @param startMicros how long starting or restoring a sandbox took; 0 when none was for this invocation */
    void end(
            long durationMicros,
            long billedMillis,
            int memoryMb,
            long peakMemoryBytes,
            InvocationOutcome.Start start,
            long startMicros,
            String status) {
        line("END RequestId: " + requestId);
        var report = new StringBuilder(160)
                .append("REPORT RequestId: ")
                .append(requestId)
                .append("\tDuration: ")
                .append(millis(durationMicros))
                .append(" ms\tBilled Duration: ")
                .append(billedMillis)
                .append(" ms\tMemory Size: ")
                .append(memoryMb)
                .append(" MB\tMax Memory Used: ")
                .append(Math.ceilDiv(peakMemoryBytes, 1L << 20))
                .append(" MB\t");
        if (startMicros > 0) {
            report.append(start == InvocationOutcome.Start.RESTORED ? "Restore" : "Init")
                    .append(" Duration: ")
                    .append(millis(startMicros))
                    .append(" ms\t");
        }
        if (!status.isEmpty()) {
            report.append("Status: ").append(status);
        }
        line(report.toString());
    }

    private static String millis(long micros) {
        return String.format(Locale.ROOT, "%.2f", micros / 1e3);
    }

    /** Base64 of the last 4 KB. */
    synchronized String tail() {
        byte[] all = new byte[tailBytes];
        int at = 0;
        for (byte[] line : tail) {
            System.arraycopy(line, 0, all, at, line.length);
            at += line.length;
        }
        byte[] last =
                all.length <= TAIL_BYTES ? all : java.util.Arrays.copyOfRange(all, all.length - TAIL_BYTES, all.length);
        return Base64.getEncoder().encodeToString(last);
    }
}
