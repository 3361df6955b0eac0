package dev.mayfly.invoker.sources;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.EventSource.Target;
import dev.mayfly.contracts.function.Schedule;
import dev.mayfly.invoker.sources.DueTimes.Tick;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts ticks into the queue, each under a request id that follows from its schedule and time: again while that fails, for as
 * long as the tick is of use. Thread-safe.
 */
final class Ticks implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Ticks.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Intake intake;
    private final String region;
    private final SourceMetrics metrics;
    private final Duration firstPause;
    private final Clock clock;
    private final Stopping stopping = new Stopping();
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("tick-", 0).factory());

    /** Where asynchronous invocations are taken. */
    interface Intake {
        /** As {@link AsyncCalls#accept}. */
        CompletableFuture<Boolean> accept(String requestId, String accountId, Target target, byte[] payload);
    }

    /** @param firstPause before what failed is tried again; doubled each time, up to 10 s */
    Ticks(Intake intake, String region, SourceMetrics metrics, Duration firstPause, Clock clock) {
        this.intake = intake;
        this.region = region;
        this.metrics = metrics;
        this.firstPause = firstPause;
        this.clock = clock;
    }

    /** Returns at once. */
    void queue(Tick tick) {
        threads.execute(() -> {
            @Nullable String failure = whyLost(tick);
            if (failure != null) {
                metrics.lostTick();
                log.error(
                        "The tick of schedule {} at {} is lost: {}",
                        tick.schedule().arn(region),
                        tick.time(),
                        failure);
            }
        });
    }

    /** Null once it is queued. */
    private @Nullable String whyLost(Tick tick) {
        Schedule schedule = tick.schedule();
        byte[] seed = (schedule.id() + ":" + tick.time()).getBytes(StandardCharsets.UTF_8);
        String requestId = UUID.nameUUIDFromBytes(seed).toString();
        byte[] event = event(schedule, tick.time(), requestId);
        Instant until = tick.until();
        Duration pause = firstPause;
        try {
            while (true) {
                try {
                    boolean exists = intake.accept(requestId, schedule.accountId(), schedule.function(), event)
                            .get();
                    return exists ? null : "its function does not exist";
                } catch (ExecutionException e) {
                    if (!clock.instant().plus(pause).isBefore(until)) {
                        return String.valueOf(e.getCause());
                    }
                    log.warn(
                            "The tick of schedule {} at {} waits: {}",
                            schedule.arn(region),
                            tick.time(),
                            String.valueOf(e.getCause()));
                }
                stopping.pause(pause);
                pause = Stopping.doubled(pause, LONGEST_PAUSE);
            }
        } catch (Stopping.StoppedException e) {
            return "this invoker stops";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "this invoker stops";
        }
    }

    private byte[] event(Schedule schedule, Instant time, String requestId) {
        String input = schedule.input();
        if (input != null) {
            return input.getBytes(StandardCharsets.UTF_8);
        }
        var event = new LinkedHashMap<String, Object>();
        event.put("version", "0");
        event.put("id", requestId);
        event.put("detail-type", "Scheduled Event");
        event.put("source", "aws.events");
        event.put("account", schedule.accountId());
        event.put("time", time.toString());
        event.put("region", region);
        event.put("resources", List.of(schedule.arn(region)));
        event.put("detail", Map.of());
        return Json.bytes(event);
    }

    /** Tries nothing again, and waits a moment for what is under way. */
    @Override
    public void close() {
        stopping.stop();
        threads.shutdown();
        try {
            boolean ended = threads.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            log.debug("All ticks queued or lost: {}", ended);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
