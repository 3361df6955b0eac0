package dev.mayfly.observability.traces;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.hosting.InvocationOutcome.Start;
import dev.mayfly.contracts.hosting.InvocationOutcome.Status;
import dev.mayfly.contracts.traces.InvocationTrace;
import dev.mayfly.contracts.traces.TimeSplit;
import dev.mayfly.observability.projection.CopyText;
import dev.mayfly.observability.projection.DayPartitions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** All traces that are kept. */
@Repository
class Traces {
    private static final String COLUMNS =
            "account_id, function, version, request_id, attempt, tier, async, received_at,"
                    + " start, status, error_type, billed_millis, gateway, queue, placement, fetching, starting, init, handler,"
                    + " response, host, sandbox, trace_id, traceparent";

    /**
     * Which invocations are meant.
     *
     * @param from in milliseconds since 1970
     * @param until in milliseconds since 1970, exclusive
     */
    record Question(
            String account,
            String function,
            long from,
            long until,
            @Nullable Status status,
            @Nullable Start start) {}

    private final JdbcTemplate jdbc;
    private final JdbcClient sql;
    private final DayPartitions days;

    Traces(JdbcTemplate jdbc, DayPartitions days) {
        this.jdbc = jdbc;
        this.sql = JdbcClient.create(jdbc);
        this.days = days;
    }

    void append(List<InvocationTrace> traces) {
        var touched = new HashSet<LocalDate>();
        var rows = new CopyText();
        for (InvocationTrace trace : traces) {
            touched.add(LocalDate.ofInstant(trace.receivedAt(), ZoneOffset.UTC));
            TimeSplit split = trace.split();
            rows.value(trace.accountId())
                    .value(trace.function())
                    .value(trace.version())
                    .value(trace.requestId())
                    .value(trace.attempt())
                    .value(trace.tier())
                    .value(trace.async())
                    .value(trace.receivedAt())
                    .value(trace.start())
                    .value(trace.status())
                    .value(trace.errorType())
                    .value(trace.billedMillis())
                    .value(split.gateway())
                    .value(split.queue())
                    .value(split.placement())
                    .value(split.fetch())
                    .value(split.start())
                    .value(split.init())
                    .value(split.handler())
                    .value(split.response())
                    .value(trace.host())
                    .value(trace.sandbox())
                    .value(trace.traceId())
                    .value(trace.traceparent())
                    .end();
        }
        days.ensure("invocation_trace", touched);
        rows.copyInto(jdbc, "invocation_trace (" + COLUMNS + ")");
    }

    void dropBefore(LocalDate oldest) {
        days.dropBefore("invocation_trace", oldest);
    }

    /** Every attempt at the invocation, in their order. */
    List<InvocationTrace> of(String account, String requestId) {
        return sql.sql("SELECT " + COLUMNS
                        + " FROM invocation_trace WHERE request_id = ? AND account_id = ? ORDER BY received_at, attempt"
                        + " LIMIT 1000")
                .params(requestId, account)
                .query((row, number) -> read(row))
                .list();
    }

    /** The latest first; from the place {@code skip} on. */
    List<InvocationTrace> list(Question question, int skip, int limit) {
        var parameters = new HashMap<String, Object>();
        parameters.put("account", question.account());
        parameters.put("function", question.function());
        parameters.put("from", question.from());
        parameters.put("until", question.until());
        parameters.put("skip", skip);
        parameters.put("limit", limit);
        String conditions = "";
        if (question.status() != null) {
            conditions += " AND status = :status";
            parameters.put("status", question.status().name());
        }
        if (question.start() != null) {
            conditions += " AND start = :start";
            parameters.put("start", question.start().name());
        }
        return sql.sql("SELECT " + COLUMNS + " FROM invocation_trace WHERE account_id = :account"
                        + " AND function = :function AND received_at >= to_timestamp(:from / 1000.0)"
                        + " AND received_at < to_timestamp(:until / 1000.0)" + conditions
                        + " ORDER BY received_at DESC, request_id DESC OFFSET :skip LIMIT :limit")
                .params(parameters)
                .query((row, number) -> read(row))
                .list();
    }

    private static InvocationTrace read(ResultSet row) throws SQLException {
        String start = row.getString("start");
        return new InvocationTrace(
                row.getString("request_id"),
                row.getInt("attempt"),
                row.getString("account_id"),
                row.getString("function"),
                row.getString("version"),
                Isolation.valueOf(row.getString("tier")),
                row.getBoolean("async"),
                row.getTimestamp("received_at").toInstant(),
                start == null ? null : Start.valueOf(start),
                Status.valueOf(row.getString("status")),
                row.getString("error_type"),
                row.getLong("billed_millis"),
                new TimeSplit(
                        row.getLong("gateway"),
                        row.getLong("queue"),
                        row.getLong("placement"),
                        row.getLong("fetching"),
                        row.getLong("starting"),
                        row.getLong("init"),
                        row.getLong("handler"),
                        row.getLong("response")),
                row.getString("host"),
                row.getString("sandbox"),
                row.getString("trace_id"),
                row.getString("traceparent"));
    }
}
