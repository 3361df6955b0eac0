package dev.mayfly.observability.queue;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mayfly.contracts.queue.QueuedEvent;
import dev.mayfly.contracts.traces.TraceHeader;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** What was given up, with its payload. */
@Repository
class DeadLetters {
    private static final String WHERE =
            " WHERE account_id = :account AND function_name = :function AND (:qualifier::text IS NULL"
                    + " OR qualifier = :qualifier) ";
    private static final String FILTER = """
            AND (died_at, request_id) > (:at, :after)
            AND (:since::timestamptz IS NULL OR died_at >= :since)
            AND (:until::timestamptz IS NULL OR died_at < :until)
            AND (:requestId::text IS NULL OR request_id = :requestId)
            AND (:error::text IS NULL OR reason = :error OR strpos(detail, :error) > 0)
            """;

    /**
     * A dead letter as it is shown.
     *
     * @param target the destination that this is a record for, of the event {@code about}; null for events
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Letter(
            String requestId,
            String qualifier,
            int attempts,
            Instant acceptedAt,
            Instant diedAt,
            String error,
            @Nullable String detail,
            @Nullable String target,
            @Nullable String about,
            long payloadBytes,
            @JsonIgnore QueuedEvent event) {}

    private final JdbcClient jdbc;

    DeadLetters(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void add(QueuedEvent event, Instant at, String reason, @Nullable String detail) {
        var delivery = event.delivery();
        jdbc.sql("""
                INSERT INTO dead_letter (request_id, account_id, function_name, qualifier, function_arn, trace_id,
                    client_context, attempt, accepted_at, died_at, reason, detail, target, about, error_code,
                    error_message, payload)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (request_id) DO NOTHING
                """)
                .param(event.requestId())
                .param(event.accountId())
                .param(event.functionName())
                .param(event.qualifier())
                .param(event.functionArn())
                .param(event.traceId())
                .param(event.clientContext())
                .param(event.attempt())
                .param(Timestamp.from(event.acceptedAt()))
                .param(Timestamp.from(at))
                .param(reason)
                .param(QueueTable.storable(detail))
                .param(delivery == null ? null : delivery.target())
                .param(delivery == null ? null : delivery.about())
                .param(delivery == null ? null : delivery.errorCode())
                .param(delivery == null ? null : QueueTable.storable(delivery.errorMessage()))
                .param(event.payload())
                .update();
    }

    /** At most {@code limit} after {@code cursor}, oldest death first. */
    List<Letter> list(Target target, QueueReading.Filter filter, Question.Cursor cursor, int limit) {
        return filtered(
                        "SELECT * FROM dead_letter" + WHERE + FILTER + "ORDER BY died_at, request_id LIMIT :limit",
                        target,
                        filter,
                        cursor)
                .param("limit", limit)
                .query((row, number) -> letter(row))
                .list();
    }

    int delete(Target target, QueueReading.Filter filter) {
        return filtered("DELETE FROM dead_letter" + WHERE + FILTER, target, filter, Question.Cursor.start())
                .update();
    }

    private JdbcClient.StatementSpec filtered(
            String sql, Target target, QueueReading.Filter filter, Question.Cursor cursor) {
        return ask(sql, target)
                .param("at", Timestamp.from(cursor.at()))
                .param("after", cursor.requestId())
                .param("since", filter.since() == null ? null : Timestamp.from(filter.since()))
                .param("until", filter.until() == null ? null : Timestamp.from(filter.until()))
                .param("requestId", filter.requestId())
                .param("error", filter.error());
    }

    long count(Target target) {
        return ask("SELECT count(*) FROM dead_letter" + WHERE, target)
                .query(Long.class)
                .single();
    }

    Optional<Letter> find(Target target, String requestId) {
        return ask("SELECT * FROM dead_letter" + WHERE + "AND request_id = :requestId", target)
                .param("requestId", requestId)
                .query((row, number) -> letter(row))
                .optional();
    }

    boolean delete(Target target, String requestId) {
        return ask("DELETE FROM dead_letter" + WHERE + "AND request_id = :requestId", target)
                        .param("requestId", requestId)
                        .update()
                > 0;
    }

    void forget(Instant before) {
        jdbc.sql("DELETE FROM dead_letter WHERE died_at < ?")
                .param(Timestamp.from(before))
                .update();
    }

    private JdbcClient.StatementSpec ask(String sql, Target target) {
        return jdbc.sql(sql)
                .param("account", target.accountId())
                .param("function", target.function())
                .param("qualifier", target.qualifier());
    }

    private static Letter letter(ResultSet row) throws SQLException {
        byte[] payload = row.getBytes("payload");
        String target = row.getString("target");
        var delivery = target == null
                ? null
                : new QueuedEvent.Delivery(
                        target, row.getString("about"), row.getString("error_code"), row.getString("error_message"));
        Instant acceptedAt = row.getTimestamp("accepted_at").toInstant();
        var event = new QueuedEvent(
                row.getString("request_id"),
                row.getString("account_id"),
                row.getString("function_name"),
                row.getString("qualifier"),
                row.getString("function_arn"),
                row.getString("trace_id"),
                null,
                row.getString("client_context"),
                row.getInt("attempt"),
                0,
                acceptedAt,
                Duration.ZERO,
                null,
                null,
                delivery,
                payload);
        return new Letter(
                event.requestId(),
                event.qualifier(),
                event.attempt(),
                acceptedAt,
                row.getTimestamp("died_at").toInstant(),
                row.getString("reason"),
                row.getString("detail"),
                target,
                row.getString("about"),
                payload.length,
                event);
    }

    /**
     * The letter as a fresh event. Its request id follows from the old one, so that two replays at once are run once. It
     * begins a chain of its own: a letter of a loop is run as well.
     */
    static QueuedEvent again(Letter letter, Instant now) {
        byte[] name = ("replay " + letter.requestId()).getBytes(StandardCharsets.UTF_8);
        var dead = letter.event();
        String traceId = dead.traceId();
        return new QueuedEvent(
                UUID.nameUUIDFromBytes(name).toString(),
                dead.accountId(),
                dead.functionName(),
                dead.qualifier(),
                dead.functionArn(),
                traceId == null
                        ? null
                        : TraceHeader.of(traceId).withoutLineage().text(),
                dead.traceparent(),
                dead.clientContext(),
                1,
                0,
                now,
                Duration.ZERO,
                null,
                null,
                dead.delivery(),
                dead.payload());
    }
}
