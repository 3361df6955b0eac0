package dev.mayfly.observability.traces;

import dev.mayfly.contracts.hosting.InvocationOutcome.Start;
import dev.mayfly.contracts.hosting.InvocationOutcome.Status;
import dev.mayfly.contracts.traces.InvocationTrace;
import dev.mayfly.contracts.traces.TimeSplit;
import dev.mayfly.observability.http.Parameters;
import dev.mayfly.observability.http.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /v1/invocations/{id}} and {@code GET /v1/functions/{name}/invocations}. */
@RestController
class TracesController {
    private static final Set<String> KNOWN = Set.of("since", "until", "status", "start", "limit", "cursor");
    private static final long FOREVER = 253_402_300_800_000L;
    private static final int MOST_SKIPPED = 1_000_000;

    private final Traces traces;
    private final Clock clock;

    TracesController(Traces traces, Clock clock) {
        this.traces = traces;
        this.clock = clock;
    }

    @GetMapping("/v1/invocations/{id}")
    Map<String, Object> one(@PathVariable String id, HttpServletRequest request) {
        var parameters = new Parameters(request, clock, Set.of());
        List<InvocationTrace> attempts =
                id.length() > 128 || id.indexOf('\0') >= 0 ? List.of() : traces.of(parameters.account(), id);
        if (attempts.isEmpty()) {
            throw new Problem(
                    HttpStatus.NOT_FOUND,
                    "Nothing is known of an invocation " + id
                            + ". It is known about a second after its attempt ended, and forgotten after the retention.");
        }
        InvocationTrace last = attempts.getLast();
        var answer = new LinkedHashMap<String, Object>();
        answer.put("requestId", last.requestId());
        answer.put("function", last.function());
        answer.put("async", last.async());
        answer.putAll(attempt(last));
        answer.put("attempts", attempts.stream().map(TracesController::attempt).toList());
        return answer;
    }

    @GetMapping("/v1/functions/{name}/invocations")
    Map<String, Object> list(@PathVariable String name, HttpServletRequest request) {
        var parameters = new Parameters(request, clock, KNOWN);
        var question = new Traces.Question(
                parameters.account(),
                Parameters.function(name),
                Math.min(parameters.moment("since", 0), FOREVER),
                Math.min(parameters.moment("until", FOREVER), FOREVER),
                choice(Status.class, "status", parameters.text("status", 32)),
                choice(Start.class, "start", parameters.text("start", 32)));
        int limit = parameters.number("limit", 100, 1, 1_000);
        int skip = parameters.number("cursor", 0, 0, MOST_SKIPPED);
        var found = traces.list(question, skip, limit + 1);
        var answer = new LinkedHashMap<String, Object>();
        answer.put(
                "invocations",
                found.stream()
                        .limit(limit)
                        .map(trace -> {
                            var one = new LinkedHashMap<String, Object>();
                            one.put("requestId", trace.requestId());
                            one.put("async", trace.async());
                            one.putAll(attempt(trace));
                            return one;
                        })
                        .toList());
        if (found.size() > limit) {
            answer.put("cursor", Integer.toString(skip + limit));
        }
        return answer;
    }

    private static <E extends Enum<E>> @Nullable E choice(Class<E> type, String name, @Nullable String value) {
        if (value == null) {
            return null;
        }
        return Arrays.stream(type.getEnumConstants())
                .filter(one -> shown(one).equals(value))
                .findFirst()
                .orElseThrow(() -> Problem.badRequest("'" + name + "' is one of "
                        + String.join(
                                ", ",
                                Arrays.stream(type.getEnumConstants())
                                        .map(TracesController::shown)
                                        .toList())
                        + "; not " + value + "."));
    }

    private static String shown(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Map<String, Object> attempt(InvocationTrace trace) {
        var attempt = new LinkedHashMap<String, Object>();
        attempt.put("attempt", trace.attempt());
        attempt.put("version", trace.version());
        attempt.put("isolation", trace.tier().tagValue());
        attempt.put("status", shown(trace.status()));
        put(attempt, "errorType", trace.errorType());
        put(attempt, "start", trace.start() == null ? null : shown(trace.start()));
        attempt.put("receivedAt", trace.receivedAt().toString());
        attempt.put(
                "endedAt",
                trace.receivedAt()
                        .plusNanos((trace.split().whole() - trace.split().gateway()) * 1_000)
                        .toString());
        attempt.put("totalMs", trace.split().whole() / 1e3);
        attempt.put("splitMs", split(trace.split()));
        attempt.put("billedMs", trace.billedMillis());
        put(attempt, "host", trace.host());
        put(attempt, "sandbox", trace.sandbox());
        put(attempt, "traceId", trace.traceId());
        put(attempt, "traceparent", trace.traceparent());
        return attempt;
    }

    private static void put(Map<String, Object> members, String name, @Nullable String value) {
        if (value != null) {
            members.put(name, value);
        }
    }

    private static Map<String, Object> split(TimeSplit split) {
        var parts = new LinkedHashMap<String, Object>();
        parts.put("gateway", split.gateway() / 1e3);
        parts.put("queue", split.queue() / 1e3);
        parts.put("placement", split.placement() / 1e3);
        parts.put("fetch", split.fetch() / 1e3);
        parts.put("start", split.start() / 1e3);
        parts.put("init", split.init() / 1e3);
        parts.put("handler", split.handler() / 1e3);
        parts.put("response", split.response() / 1e3);
        return parts;
    }
}
