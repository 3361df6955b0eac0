package dev.mayfly.observability.logs;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.observability.ObservabilitySettings;
import dev.mayfly.observability.http.Problem;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * Tells followers of lines as they come, as server-sent events whose ids resume. Each follower reads at its own pace, at most
 * a batch at a time, on a virtual thread: one that is slow holds up nobody, one that has gone ends at the next write.
 */
@Component
class LogFollowing {
    private static final Logger log = LoggerFactory.getLogger(LogFollowing.class);
    private static final int BATCH = 500;
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);

    private final LogLines lines;
    private final LogStreams streams;
    private final FollowerPlaces places;
    private final Duration interval;
    private final CountDownLatch stopping = new CountDownLatch(1);

    LogFollowing(LogLines lines, LogStreams streams, ObservabilitySettings settings) {
        this.lines = lines;
        this.streams = streams;
        this.places = new FollowerPlaces(
                settings.observability().followers(), settings.observability().followersPerAccount());
        this.interval = settings.observability().followInterval();
    }

    @EventListener(ContextClosedEvent.class)
    void stop() {
        stopping.countDown();
    }

    /**
     * Writes until the client has gone or the service stops.
     *
     * @param last the number of the last line that the client has, or null
     * @param fromThePast whether lines that are there already are told of, where {@code last} does not say
     */
    void follow(
            LogQuestion question,
            Predicate<String> filter,
            @Nullable Long last,
            boolean fromThePast,
            HttpServletResponse response)
            throws IOException {
        if (!places.tryTake(question.account())) {
            throw new Problem(
                    HttpStatus.TOO_MANY_REQUESTS, "As many follow your logs as may at once. Try again later.");
        }
        try {
            long seen = last != null ? last : fromThePast ? lines.lastBefore(question) : lines.lastOf(question);
            response.setContentType("text/event-stream");
            response.setCharacterEncoding("UTF-8");
            response.setHeader("Cache-Control", "no-store");
            response.setHeader("X-Accel-Buffering", "no");
            run(question, filter, seen, response.getOutputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            places.giveBack(question.account());
        }
    }

    private void run(LogQuestion question, Predicate<String> filter, long from, OutputStream out)
            throws IOException, InterruptedException {
        long seen = from;
        long told = System.nanoTime();
        out.write(": following\n\n".getBytes(StandardCharsets.UTF_8));
        out.flush();
        while (true) {
            List<StoredLine> arrived = arrivedAfter(question, seen);
            for (StoredLine line : arrived) {
                seen = line.line();
                if (filter.test(line.message())) {
                    out.write(event(line));
                    told = System.nanoTime();
                }
            }
            if (System.nanoTime() - told > HEARTBEAT.toNanos()) {
                out.write((": at " + seen + "\n\n").getBytes(StandardCharsets.UTF_8));
                told = System.nanoTime();
            }
            out.flush();
            if (arrived.size() < BATCH && stopping.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }

    /** A function that has not written yet has no group; it may have one the next time. */
    private List<StoredLine> arrivedAfter(LogQuestion question, long seen) {
        try {
            var now = question.groups().isEmpty()
                    ? question.in(streams.groupsOf(question.account(), String.valueOf(question.function())))
                    : question;
            return lines.arrivedAfter(now, seen, BATCH);
        } catch (DataAccessException e) {
            log.warn("Followers wait for PostgreSQL: {}", e.toString());
            return List.of();
        }
    }

    private static byte[] event(StoredLine line) {
        return ("id: " + line.line() + "\nevent: log\ndata: " + Json.text(LogsController.json(line)) + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
