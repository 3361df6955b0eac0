package dev.mayfly.observability.queue;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mayfly.observability.http.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/functions/{name}/queue/dead-letters}: what was given up, and what is to become of it. */
@RestController
class DeadLetterController {
    private static final String PATH = "/v1/functions/{name}/queue/dead-letters";
    private static final Set<String> FILTERS = Set.of("since", "until", "requestId", "error");
    private static final Set<String> LIST = Set.of("since", "until", "requestId", "error", "limit", "cursor");
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;
    /** Payloads of 1 MiB fit in memory this many at a time. */
    private static final int REPLAYED_AT_ONCE = 20;

    /** @param cursor give this as the parameter {@code cursor} to go on; absent when there are no more now */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Letters(
            List<DeadLetters.Letter> deadLetters, @Nullable String cursor) {}

    /**
     * @param requestId of the new event, when one was asked for
     * @param replayed how many
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Replayed(@Nullable String requestId, long replayed) {}

    record Deleted(int deleted) {}

    private final DeadLetters letters;
    private final StandingOrders orders;
    private final Clock clock;

    DeadLetterController(DeadLetters letters, StandingOrders orders, Clock clock) {
        this.letters = letters;
        this.orders = orders;
        this.clock = clock;
    }

    @GetMapping(PATH)
    Letters list(@PathVariable String name, HttpServletRequest request) {
        var target = Target.seenBy(request, name);
        var question = new Question(request, clock.instant(), LIST);
        int limit = question.limit(DEFAULT_LIMIT, MAX_LIMIT);
        var found = letters.list(target, filter(question), question.cursor(), limit + 1);
        boolean more = found.size() > limit;
        var page = more ? found.subList(0, limit) : found;
        return new Letters(page, more ? after(page).encoded() : null);
    }

    private static Question.Cursor after(List<DeadLetters.Letter> page) {
        return new Question.Cursor(page.getLast().diedAt(), page.getLast().requestId());
    }

    private static QueueReading.Filter filter(Question question) {
        return new QueueReading.Filter(
                Set.of(),
                question.instant("since"),
                question.instant("until"),
                question.text("requestId"),
                question.text("error"));
    }

    @PostMapping(PATH + "/{requestId}/replay")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Replayed replay(@PathVariable String name, @PathVariable String requestId, HttpServletRequest request) {
        var target = Target.changedBy(request, name);
        var letter = letters.find(target, requestId).orElseThrow(() -> unknown(target));
        var again = DeadLetters.again(letter, clock.instant());
        orders.queue(List.of(again));
        letters.delete(target, requestId);
        return new Replayed(again.requestId(), 1);
    }

    /** Replays what was there when it began; what dies meanwhile is left. */
    @PostMapping(PATH + "/replay")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Replayed replayAll(@PathVariable String name, HttpServletRequest request) {
        var target = Target.changedBy(request, name);
        Instant now = clock.instant();
        var asked = filter(new Question(request, now, FILTERS));
        Instant until = asked.until();
        var filter = new QueueReading.Filter(
                Set.of(),
                asked.since(),
                until == null || until.isAfter(now) ? now : until,
                asked.requestId(),
                asked.error());
        long replayed = 0;
        while (true) {
            var page = letters.list(target, filter, Question.Cursor.start(), REPLAYED_AT_ONCE);
            if (page.isEmpty()) {
                return new Replayed(null, replayed);
            }
            orders.queue(
                    page.stream().map(letter -> DeadLetters.again(letter, now)).toList());
            page.forEach(letter -> letters.delete(target, letter.requestId()));
            replayed += page.size();
        }
    }

    @DeleteMapping(PATH + "/{requestId}")
    ResponseEntity<Void> delete(@PathVariable String name, @PathVariable String requestId, HttpServletRequest request) {
        var target = Target.changedBy(request, name);
        if (!letters.delete(target, requestId)) {
            throw unknown(target);
        }
        return ResponseEntity.noContent().build();
    }

    @DeleteMapping(PATH)
    Deleted deleteAll(@PathVariable String name, HttpServletRequest request) {
        var target = Target.changedBy(request, name);
        return new Deleted(letters.delete(target, filter(new Question(request, clock.instant(), FILTERS))));
    }

    private static Problem unknown(Target target) {
        return Problem.notFound("There is no such dead letter of " + target.label() + ".");
    }
}
