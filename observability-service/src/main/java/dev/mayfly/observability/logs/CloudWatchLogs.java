package dev.mayfly.observability.logs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The operations of the CloudWatch Logs API that read. */
@Component
class CloudWatchLogs {
    private static final int MOST_EVENTS = 10_000;
    private static final int MOST_DESCRIBED = 50;
    private static final String STANDARD = "STANDARD";
    private static final List<String> CLASSES = List.of(STANDARD, "INFREQUENT_ACCESS", "DELIVERY");

    private final LogLines lines;
    private final LogStreams streams;
    private final LogSearch search;
    private final String region;

    CloudWatchLogs(
            LogLines lines, LogStreams streams, LogSearch search, @Value("${mayfly.region:us-east-1}") String region) {
        this.lines = lines;
        this.streams = streams;
        this.search = search;
        this.region = region;
    }

    Map<String, Object> filterLogEvents(String account, CloudWatchInput input) {
        String group = input.group();
        List<String> names = input.streams();
        String prefix = input.streamPrefix();
        if (!names.isEmpty() && prefix != null) {
            throw CloudWatchRefusal.invalid("LogStreamNames and LogStreamNamePrefix cannot be specified together");
        }
        Predicate<String> filter = filter(input.text("filterPattern"));
        LogPosition after = position(input.text("nextToken"), "");
        int limit = input.limit(MOST_EVENTS, MOST_EVENTS);
        var question = new LogQuestion(
                account, List.of(group), null, names, prefix, null, input.time("startTime", 0), until(input));
        require(account, group);
        LogPage page = search.page(question, filter, after == null ? LogPosition.START : after, limit);
        var answer = new LinkedHashMap<String, Object>();
        answer.put("events", page.lines().stream().map(CloudWatchLogs::filtered).toList());
        answer.put("searchedLogStreams", List.of());
        if (page.next() != null) {
            answer.put("nextToken", page.next().token());
        }
        return answer;
    }

    /** {@code endTime} is inclusive where CloudWatch says so: events later than it are left out. */
    private static long until(CloudWatchInput input) {
        long end = input.time("endTime", LogQuestion.FOREVER);
        return end >= LogQuestion.FOREVER ? LogQuestion.FOREVER : end + 1;
    }

    private static Predicate<String> filter(@Nullable String pattern) {
        try {
            return FilterPattern.of(pattern == null ? "" : pattern);
        } catch (FilterPattern.InvalidPatternException e) {
            throw CloudWatchRefusal.invalid("Invalid filter pattern: " + e.getMessage());
        }
    }

    private static @Nullable LogPosition position(@Nullable String token, String direction) {
        if (token == null) {
            return null;
        }
        LogPosition position = token.startsWith(direction) ? LogPosition.of(token.substring(direction.length())) : null;
        if (position == null) {
            throw CloudWatchRefusal.invalid("The specified nextToken is invalid.");
        }
        return position;
    }

    private void require(String account, String group) {
        if (!streams.exists(account, group)) {
            throw CloudWatchRefusal.notFound("log group");
        }
    }

    private static Map<String, Object> filtered(StoredLine line) {
        var event = new LinkedHashMap<String, Object>();
        event.put("logStreamName", line.stream());
        event.putAll(event(line));
        event.put("eventId", line.eventId());
        return event;
    }

    private static Map<String, Object> event(StoredLine line) {
        var event = new LinkedHashMap<String, Object>();
        event.put("timestamp", line.time());
        event.put("message", line.message());
        event.put("ingestionTime", line.ingested());
        return event;
    }

    Map<String, Object> getLogEvents(String account, CloudWatchInput input) {
        String group = input.group();
        String stream = input.stream();
        int limit = input.limit(MOST_EVENTS, MOST_EVENTS);
        String token = input.text("nextToken");
        long start = input.time("startTime", 0);
        long end = input.time("endTime", LogQuestion.FOREVER);
        boolean back = token == null ? !input.flag("startFromHead") : token.startsWith("b/");
        LogPosition from = position(token, back ? "b/" : "f/");
        var question = new LogQuestion(account, List.of(group), null, List.of(stream), null, null, start, end);
        require(account, group);
        if (!streams.exists(account, group, stream)) {
            throw CloudWatchRefusal.notFound("log stream");
        }
        LogPosition latest = new LogPosition(LogQuestion.FOREVER, 0);
        List<StoredLine> found = back
                ? lines.upTo(question, from == null ? latest : from, limit)
                : lines.after(question, from == null ? LogPosition.START : from, limit);
        found = withinPage(found, back);
        LogPosition stay = from == null
                ? (back ? LogPosition.START : new LogPosition(Math.min(start, LogQuestion.FOREVER), 0))
                : from;
        var answer = new LinkedHashMap<String, Object>();
        answer.put("events", found.stream().map(CloudWatchLogs::event).toList());
        answer.put(
                "nextForwardToken",
                "f/" + (found.isEmpty() ? stay : found.getLast().position()).token());
        answer.put(
                "nextBackwardToken",
                "b/" + (found.isEmpty() ? stay : before(found.getFirst().position())).token());
        return answer;
    }

    private static LogPosition before(LogPosition position) {
        return new LogPosition(position.time(), position.line() - 1);
    }

    /** A page holds up to 1 MB: the last of what was found when it goes back, else the first. */
    private static List<StoredLine> withinPage(List<StoredLine> found, boolean back) {
        var kept = new ArrayList<StoredLine>();
        long characters = 0;
        for (StoredLine line : back ? found.reversed() : found) {
            characters += line.message().length();
            if (!kept.isEmpty() && characters > 1 << 20) {
                break;
            }
            kept.add(line);
        }
        return back ? kept.reversed() : kept;
    }

    Map<String, Object> describeLogGroups(String account, CloudWatchInput input) {
        String prefix = input.groupPrefix();
        String part = input.groupPart();
        if (!prefix.isEmpty() && !part.isEmpty()) {
            throw CloudWatchRefusal.invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive");
        }
        List<String> only = input.groups();
        boolean none = !STANDARD.equals(Objects.requireNonNullElse(input.choice("logGroupClass", CLASSES), STANDARD));
        int limit = input.limit(MOST_DESCRIBED, MOST_DESCRIBED);
        var found = none
                ? List.<LogStreams.Group>of()
                : streams.groups(account, input.lastGroup(), prefix, part, only, limit + 1);
        var answer = new LinkedHashMap<String, Object>();
        var page = found.subList(0, Math.min(limit, found.size()));
        answer.put(
                "logGroups", page.stream().map(group -> group(account, group)).toList());
        if (found.size() > limit) {
            answer.put("nextToken", page.getLast().name());
        }
        return answer;
    }

    private Map<String, Object> group(String account, LogStreams.Group group) {
        var members = new LinkedHashMap<String, Object>();
        String arn = arn(account, group.name());
        members.put("logGroupName", group.name());
        members.put("creationTime", group.created());
        members.put("metricFilterCount", 0);
        members.put("arn", arn + ":*");
        members.put("logGroupArn", arn);
        members.put("storedBytes", group.bytes());
        members.put("logGroupClass", STANDARD);
        return members;
    }

    private String arn(String account, String group) {
        return "arn:aws:logs:" + region + ":" + account + ":log-group:" + group;
    }

    Map<String, Object> describeLogStreams(String account, CloudWatchInput input) {
        String group = input.group();
        String prefix = input.streamPrefix();
        boolean byTime = "LastEventTime".equals(input.choice("orderBy", List.of("LogStreamName", "LastEventTime")));
        if (byTime && prefix != null) {
            throw CloudWatchRefusal.invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
        }
        int limit = input.limit(MOST_DESCRIBED, MOST_DESCRIBED);
        int skip = skip(input.text("nextToken"));
        require(account, group);
        var found = streams.streams(
                account, group, prefix == null ? "" : prefix, byTime, input.flag("descending"), skip, limit + 1);
        var answer = new LinkedHashMap<String, Object>();
        answer.put(
                "logStreams",
                found.stream()
                        .limit(limit)
                        .map(stream -> stream(account, group, stream))
                        .toList());
        if (found.size() > limit) {
            answer.put("nextToken", Integer.toString(skip + limit));
        }
        return answer;
    }

    private static int skip(@Nullable String token) {
        if (token == null) {
            return 0;
        }
        if (!token.matches("[0-9]{1,9}")) {
            throw CloudWatchRefusal.invalid("The specified nextToken is invalid.");
        }
        return Integer.parseInt(token);
    }

    private Map<String, Object> stream(String account, String group, LogStreams.Stream stream) {
        var members = new LinkedHashMap<String, Object>();
        members.put("logStreamName", stream.name());
        members.put("creationTime", stream.created());
        members.put("firstEventTimestamp", stream.first());
        members.put("lastEventTimestamp", stream.last());
        members.put("lastIngestionTime", stream.ingested());
        members.put("uploadSequenceToken", "0");
        members.put("arn", arn(account, group) + ":log-stream:" + stream.name());
        members.put("storedBytes", stream.bytes());
        return members;
    }
}
