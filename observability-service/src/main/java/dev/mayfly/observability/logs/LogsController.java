package dev.mayfly.observability.logs;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.observability.http.Parameters;
import dev.mayfly.observability.http.Problem;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /v1/functions/{name}/logs}: a function's lines by time, or, as an event stream, as they come. */
@RestController
class LogsController {
    private static final Set<String> KNOWN =
            Set.of("since", "until", "filter", "limit", "requestId", "stream", "cursor");
    private static final int MOST = 10_000;

    private final LogStreams streams;
    private final LogSearch search;
    private final LogFollowing following;
    private final Clock clock;

    LogsController(LogStreams streams, LogSearch search, LogFollowing following, Clock clock) {
        this.streams = streams;
        this.search = search;
        this.following = following;
        this.clock = clock;
    }

    @GetMapping("/v1/functions/{name}/logs")
    void logs(@PathVariable String name, HttpServletRequest request, HttpServletResponse response) throws IOException {
        var parameters = new Parameters(request, clock, KNOWN);
        String function = Parameters.function(name);
        Predicate<String> filter = filter(parameters.text("filter", FilterPattern.MAX_LENGTH));
        String accept = request.getHeader("Accept");
        boolean follow = accept != null && accept.contains("text/event-stream");
        var question = question(parameters, function);
        if (follow) {
            following.follow(question, filter, last(request), request.getParameter("since") != null, response);
            return;
        }
        int limit = parameters.number("limit", 1_000, 1, MOST);
        LogPage page = search.page(question, filter, cursor(parameters), limit);
        var answer = new LinkedHashMap<String, Object>();
        answer.put("events", page.lines().stream().map(LogsController::json).toList());
        if (page.next() != null) {
            answer.put("cursor", page.next().token());
        }
        byte[] body = Json.bytes(answer);
        response.setContentType("application/json");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private LogQuestion question(Parameters parameters, String function) {
        String stream = parameters.text("stream", 512);
        String account = parameters.account();
        return new LogQuestion(
                account,
                streams.groupsOf(account, function),
                function,
                stream == null ? List.of() : List.of(stream),
                null,
                parameters.text("requestId", 128),
                parameters.moment("since", 0),
                parameters.moment("until", LogQuestion.FOREVER));
    }

    private static Predicate<String> filter(@Nullable String pattern) {
        try {
            return FilterPattern.of(pattern == null ? "" : pattern);
        } catch (FilterPattern.InvalidPatternException e) {
            throw Problem.badRequest("The filter pattern cannot be used: " + e.getMessage() + ".");
        }
    }

    private static LogPosition cursor(Parameters parameters) {
        String token = parameters.text("cursor", 64);
        if (token == null) {
            return LogPosition.START;
        }
        LogPosition position = LogPosition.of(token);
        if (position == null) {
            throw Problem.badRequest("'cursor' is none that an answer gave.");
        }
        return position;
    }

    private static @Nullable Long last(HttpServletRequest request) {
        String id = request.getHeader("Last-Event-ID");
        if (id == null) {
            return null;
        }
        if (!id.matches("[0-9]{1,18}")) {
            throw Problem.badRequest("Last-Event-ID is none that an event had.");
        }
        return Long.valueOf(id);
    }

    static Map<String, Object> json(StoredLine line) {
        var event = new LinkedHashMap<String, Object>();
        event.put("id", line.eventId());
        event.put("time", Instant.ofEpochMilli(line.time()).toString());
        event.put("stream", line.stream());
        event.put("version", line.version());
        if (line.requestId() != null) {
            event.put("requestId", line.requestId());
        }
        event.put("message", line.message());
        return event;
    }
}
