package dev.mayfly.observability.queue;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.mayfly.contracts.events.EmbeddedJson;
import dev.mayfly.observability.http.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/functions/{name}/queue}: what is queued for a function, and orders about it. */
@RestController
class QueueController {
    private static final String PATH = "/v1/functions/{name}/queue";
    private static final Set<String> FILTERS =
            Set.of("state", "since", "until", "minAge", "requestId", "error", "limit", "cursor");
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;

    /**
     * The queue of a function at a glance.
     *
     * @param depth live events by state
     * @param oldestAgeSeconds of the oldest live event; absent when there is none
     * @param inPerSecond events accepted, over the last minute
     * @param outPerSecond events that ended, over the last minute
     * @param paused whether what was asked for is paused
     * @param pausedQualifiers versions and aliases that are paused by themselves
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Summary(
            String function,
            @Nullable String qualifier,
            Map<String, Long> depth,
            long total,
            @Nullable Instant oldestAcceptedAt,
            @Nullable Double oldestAgeSeconds,
            double inPerSecond,
            double outPerSecond,
            boolean paused,
            List<String> pausedQualifiers,
            long deadLetters) {}

    /** @param cursor give this as the parameter {@code cursor} to go on; absent when there are no more events now */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Events(List<QueueReading.Event> events, @Nullable String cursor) {}

    /**
     * An event with what it carries.
     *
     * @param payload as JSON; absent when Kafka has dropped it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Whole(
            @JsonUnwrapped QueueReading.Event event,
            @Nullable Long payloadBytes,
            @Nullable Object payload) {}

    private final QueueReading reading;
    private final QueueTable table;
    private final DeadLetters letters;
    private final StandingOrders orders;
    private final Payloads payloads;
    private final Clock clock;

    QueueController(
            QueueReading reading,
            QueueTable table,
            DeadLetters letters,
            StandingOrders orders,
            Payloads payloads,
            Clock clock) {
        this.reading = reading;
        this.table = table;
        this.letters = letters;
        this.orders = orders;
        this.payloads = payloads;
        this.clock = clock;
    }

    @GetMapping(PATH)
    Summary summary(@PathVariable String name, HttpServletRequest request) {
        var target = Target.seenBy(request, name);
        var unused = new Question(request, clock.instant(), Set.of());
        requireKnown(target);
        return summary(target);
    }

    private Summary summary(Target target) {
        Instant now = clock.instant();
        var depth = reading.depth(target, now);
        Instant oldest = depth.oldest();
        return new Summary(
                target.function(),
                target.qualifier(),
                depth.live().entrySet().stream()
                        .collect(Collectors.toMap(
                                entry -> entry.getKey().label(),
                                Map.Entry::getValue,
                                (a, b) -> a,
                                java.util.LinkedHashMap::new)),
                depth.live().values().stream().mapToLong(Long::longValue).sum(),
                oldest,
                oldest == null
                        ? null
                        : Math.max(0, Duration.between(oldest, now).toMillis()) / 1000.0,
                depth.in(),
                depth.out(),
                orders.isPaused(target),
                orders.pausedQualifiers(target),
                letters.count(target));
    }

    private void requireKnown(Target target) {
        if (!orders.hasFunction(target) && !reading.knows(target) && letters.count(target) == 0) {
            throw Problem.notFound("Account " + target.accountId() + " has no function " + target.function() + ".");
        }
    }

    @GetMapping(PATH + "/events")
    Events events(@PathVariable String name, HttpServletRequest request) {
        var target = Target.seenBy(request, name);
        Instant now = clock.instant();
        var question = new Question(request, now, FILTERS);
        int limit = question.limit(DEFAULT_LIMIT, MAX_LIMIT);
        Instant youngest = question.instant("minAge");
        Instant until = question.instant("until");
        var filter = new QueueReading.Filter(
                question.states(),
                question.instant("since"),
                youngest != null && (until == null || youngest.isBefore(until)) ? youngest : until,
                question.text("requestId"),
                question.text("error"));
        var found = reading.list(target, filter, question.cursor(), limit + 1);
        boolean more = found.size() > limit;
        var page = more ? found.subList(0, limit) : found;
        var last = more ? page.getLast() : null;
        return new Events(
                page, last == null ? null : new Question.Cursor(last.acceptedAt(), last.requestId()).encoded());
    }

    @GetMapping(PATH + "/events/{requestId}")
    Whole peek(@PathVariable String name, @PathVariable String requestId, HttpServletRequest request) {
        var target = Target.changedBy(request, name);
        var located = find(target, requestId);
        var place = located.place();
        var dead = letters.find(target, requestId);
        byte[] payload = dead.isPresent()
                ? dead.get().event().payload()
                : place == null ? null : payloads.read(requestId, place).orElse(null);
        return new Whole(
                located.event(),
                payload == null ? null : Long.valueOf(payload.length),
                payload == null ? null : EmbeddedJson.of(payload));
    }

    private QueueReading.Located find(Target target, String requestId) {
        return reading.find(target, requestId)
                .orElseThrow(() -> Problem.notFound("The queue of " + target.label() + " knows no event "
                        + requestId.substring(0, Math.min(requestId.length(), 100)) + "."));
    }

    @DeleteMapping(PATH + "/events/{requestId}")
    ResponseEntity<Void> cancel(@PathVariable String name, @PathVariable String requestId, HttpServletRequest request) {
        var target = Target.changedBy(request, name);
        var event = find(target, requestId).event();
        if (event.state() == QueueState.RUNNING) {
            throw Problem.conflict("The event runs now, and what runs is not stopped.");
        }
        if (event.state() != QueueState.CANCELLED) {
            if (!QueueState.LIVE.contains(event.state())) {
                throw Problem.conflict(
                        "The event has ended: it is " + event.state().label() + ".");
            }
            orders.cancel(target, requestId);
            table.cancelOrdered(requestId);
        }
        return ResponseEntity.accepted().build();
    }

    @PostMapping(PATH + "/pause")
    Summary pause(@PathVariable String name, HttpServletRequest request) {
        var target = Target.changedBy(request, name);
        requireKnown(target);
        orders.pause(target);
        return summary(target);
    }

    @PostMapping(PATH + "/resume")
    Summary resume(@PathVariable String name, HttpServletRequest request) {
        var target = Target.changedBy(request, name);
        orders.resume(target);
        return summary(target);
    }
}
