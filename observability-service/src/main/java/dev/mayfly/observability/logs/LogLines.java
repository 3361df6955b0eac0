package dev.mayfly.observability.logs;

import dev.mayfly.contracts.logs.LogLine;
import dev.mayfly.observability.projection.CopyText;
import dev.mayfly.observability.projection.DayPartitions;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** All log lines that are kept. */
@Repository
class LogLines {
    private static final String COLUMNS =
            "log_line (account_id, log_group, stream, function, version, request_id, time, ingested_at, message)";
    private static final String SELECT = """
            SELECT line, stream, version, request_id,
                (extract(epoch FROM time) * 1000)::bigint, (extract(epoch FROM ingested_at) * 1000)::bigint, message
            FROM log_line
            WHERE account_id = :account AND log_group = ANY(:groups)
            """;

    private final JdbcTemplate jdbc;
    private final JdbcClient sql;
    private final DayPartitions days;

    LogLines(JdbcTemplate jdbc, DayPartitions days) {
        this.jdbc = jdbc;
        this.sql = JdbcClient.create(jdbc);
        this.days = days;
    }

    /** Adds lines in this order. */
    void append(List<LogLine> lines, Instant now) {
        Set<LocalDate> touched = new HashSet<>();
        var rows = new CopyText();
        for (LogLine line : lines) {
            touched.add(LocalDate.ofInstant(line.time(), ZoneOffset.UTC));
            rows.value(line.accountId())
                    .value(line.group())
                    .value(line.stream())
                    .value(line.function())
                    .value(line.version())
                    .value(line.requestId())
                    .value(line.time().truncatedTo(ChronoUnit.MILLIS))
                    .value(now)
                    .value(line.text())
                    .end();
        }
        days.ensure("log_line", touched);
        rows.copyInto(jdbc, COLUMNS);
    }

    /** Throws away whole days. */
    void dropBefore(LocalDate oldest) {
        days.dropBefore("log_line", oldest);
    }

    /** The lines after {@code position} in the order of time, at most {@code limit}. */
    List<StoredLine> after(LogQuestion question, LogPosition position, int limit) {
        var parameters = parameters(question, limit);
        parameters.put("time", position.time());
        parameters.put("line", position.line());
        return read(
                conditions(question)
                        + " AND (time, line) > (to_timestamp(:time / 1000.0), :line) ORDER BY time, line LIMIT :limit",
                parameters);
    }

    /** The lines up to {@code position} in the order of time, the last {@code limit} of them. */
    List<StoredLine> upTo(LogQuestion question, LogPosition position, int limit) {
        var parameters = parameters(question, limit);
        parameters.put("time", position.time());
        parameters.put("line", position.line());
        return read(
                        conditions(question)
                                + " AND (time, line) <= (to_timestamp(:time / 1000.0), :line)"
                                + " ORDER BY time DESC, line DESC LIMIT :limit",
                        parameters)
                .reversed();
    }

    /** The lines that came in after the line {@code last}, in the order of arrival, at most {@code limit}. */
    List<StoredLine> arrivedAfter(LogQuestion question, long last, int limit) {
        var parameters = parameters(question, limit);
        parameters.put("line", last);
        return read(conditions(question) + " AND line > :line ORDER BY line LIMIT :limit", parameters);
    }

    /** The number of the last line in the question's groups; 0 when there is none. */
    long lastOf(LogQuestion question) {
        return sql.sql("SELECT coalesce(max(line), 0) FROM log_line WHERE account_id = ? AND log_group = ANY(?)")
                .params(question.account(), question.groups().toArray(String[]::new))
                .query(Long.class)
                .single();
    }

    /** The number before the first line that the question means; of the last line when it means none that is there. */
    long lastBefore(LogQuestion question) {
        return sql.sql("""
                        SELECT coalesce(min(line) - 1, 0) FROM log_line
                        WHERE account_id = ? AND log_group = ANY(?) AND time >= to_timestamp(? / 1000.0)
                        """)
                .params(
                        question.account(),
                        question.groups().toArray(String[]::new),
                        Math.clamp(question.from(), 0, LogQuestion.FOREVER))
                .query(Long.class)
                .single();
    }

    private List<StoredLine> read(String conditions, Map<String, Object> parameters) {
        var found = new ArrayList<StoredLine>();
        sql.sql(SELECT + conditions).params(parameters).query(row -> {
            found.add(new StoredLine(
                    row.getLong(1),
                    row.getString(2),
                    row.getString(3),
                    row.getString(4),
                    row.getLong(5),
                    row.getLong(6),
                    row.getString(7)));
        });
        return found;
    }

    private static String conditions(LogQuestion question) {
        var conditions =
                new StringBuilder("AND time >= to_timestamp(:from / 1000.0) AND time < to_timestamp(:until / 1000.0)");
        if (question.function() != null) {
            conditions.append(" AND function = :function");
        }
        if (!question.streams().isEmpty()) {
            conditions.append(" AND stream = ANY(:streams)");
        }
        if (question.streamPrefix() != null) {
            conditions.append(" AND starts_with(stream, :prefix)");
        }
        if (question.requestId() != null) {
            conditions.append(" AND request_id = :request");
        }
        return conditions.toString();
    }

    private static Map<String, Object> parameters(LogQuestion question, int limit) {
        var parameters = new HashMap<String, Object>();
        parameters.put("account", question.account());
        parameters.put("groups", question.groups().toArray(String[]::new));
        parameters.put("from", Math.clamp(question.from(), 0, LogQuestion.FOREVER));
        parameters.put("until", Math.clamp(question.until(), 0, LogQuestion.FOREVER));
        parameters.put("limit", limit);
        if (question.function() != null) {
            parameters.put("function", question.function());
        }
        if (!question.streams().isEmpty()) {
            parameters.put("streams", question.streams().toArray(String[]::new));
        }
        if (question.streamPrefix() != null) {
            parameters.put("prefix", question.streamPrefix());
        }
        if (question.requestId() != null) {
            parameters.put("request", question.requestId());
        }
        return parameters;
    }
}
