package dev.mayfly.host.log;

import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.logs.LogLine;
import dev.mayfly.host.HostProperties;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Carries log lines to {@code function.logs} without ever making a function wait: what does not fit is dropped and counted. */
@Component
public class LogPublisher implements SmartLifecycle {
    private static final int MOST_PACES = 10_000;
    private static final int MOST_CHARACTERS = 256 << 10;

    /** More lines that one function writes in one second are dropped, so that one that writes without end leaves room for others. */
    private static final int MOST_PER_SECOND = 5_000;

    private static final class Pace {
        private long second;
        private int lines;
        private long dropped;
    }

    private final BlockingQueue<LogLine> backlog;
    private final EventPublisher publisher;
    private final Counter dropped;
    private final Map<String, Pace> paces = new ConcurrentHashMap<>();
    private final String origin = Long.toString(System.currentTimeMillis(), 36) + "-";
    private long published;
    private volatile @Nullable Thread thread;

    LogPublisher(HostProperties properties, EventPublisher publisher, MeterRegistry metrics) {
        this.backlog = new ArrayBlockingQueue<>(properties.logBacklog());
        this.publisher = publisher;
        this.dropped = metrics.counter("mayfly.host.log.lines.dropped");
    }

    /** Takes one line that a function wrote. What is dropped is told of in the function's log as soon as there is room. */
    public void publish(LogLine line) {
        publish(line, 1);
    }

    /** Takes one line of the platform's own: however much the function writes, its START, END and REPORT are there. */
    public void publishPlatform(LogLine line) {
        publish(line, 0);
    }

    /** @param count of the lines that the function may write in this second */
    private void publish(LogLine line, int count) {
        Pace pace = paces.computeIfAbsent(line.functionKey(), key -> new Pace());
        long missing = 0;
        synchronized (pace) {
            long second = line.time().getEpochSecond();
            if (second != pace.second) {
                pace.second = second;
                pace.lines = 0;
            }
            pace.lines += count;
            if (pace.lines > MOST_PER_SECOND && count > 0) {
                pace.dropped++;
                dropped.increment();
                return;
            }
            if (pace.lines <= MOST_PER_SECOND) {
                missing = pace.dropped;
                pace.dropped = 0;
            }
        }
        boolean told =
                missing == 0 || backlog.offer(with(line, "[mayfly] " + missing + " log lines were dropped here"));
        boolean taken = backlog.offer(bounded(line));
        if (!taken) {
            dropped.increment();
        }
        if (!told || !taken) {
            synchronized (pace) {
                pace.dropped += (told ? 0 : missing) + (taken ? 0 : 1);
            }
        }
    }

    private static LogLine with(LogLine line, String text) {
        return new LogLine(line.functionKey(), line.requestId(), line.group(), line.stream(), line.time(), text);
    }

    private static LogLine bounded(LogLine line) {
        int more = line.text().length() - MOST_CHARACTERS;
        return more <= 0
                ? line
                : with(
                        line,
                        line.text().substring(0, MOST_CHARACTERS) + " [mayfly] " + more
                                + " more characters of this line were dropped");
    }

    private void run() {
        try {
            while (thread != null) {
                LogLine line = backlog.take();
                if (paces.size() > MOST_PACES) {
                    paces.values().removeIf(pace -> isOld(pace, line.time().getEpochSecond()));
                }
                publisher
                        .publish(
                                Topics.FUNCTION_LOGS,
                                line.functionKey(),
                                line.toEvent(origin + published++, "/mayfly/sandbox-host"))
                        .exceptionally(failure -> {
                            dropped.increment();
                            return null;
                        });
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isOld(Pace pace, long second) {
        synchronized (pace) {
            return pace.dropped == 0 && pace.second < second - 1;
        }
    }

    @Override
    public void start() {
        // It runs for as long as it is named here.
        Thread runs = Thread.ofPlatform().daemon().name("log-publisher").unstarted(this::run);
        thread = runs;
        runs.start();
    }

    @Override
    public void stop() {
        Thread running = thread;
        thread = null;
        if (running != null) {
            running.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }
}
