package dev.mayfly.observability.queue;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Repository;

/** Writes what is told of events, many at a time, whatever the order and however often. */
@Repository
class QueueTable {
    private static final String MERGE = """
            INSERT INTO queue_event AS known (request_id, account_id, function_name, qualifier, state, progress, attempt,
                accepted_at, due_at, changed_at, reason, detail, place_partition, place_offset)
            SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::integer[],
                ?::timestamptz[], ?::timestamptz[], ?::timestamptz[], ?::text[], ?::text[], ?::integer[], ?::bigint[])
            ON CONFLICT (request_id) DO UPDATE SET
                place_partition = coalesce(known.place_partition, excluded.place_partition),
                place_offset = coalesce(known.place_offset, excluded.place_offset),
                state = CASE WHEN excluded.progress > known.progress THEN excluded.state ELSE known.state END,
                attempt = CASE WHEN excluded.progress > known.progress THEN excluded.attempt ELSE known.attempt END,
                due_at = CASE WHEN excluded.progress > known.progress THEN excluded.due_at ELSE known.due_at END,
                changed_at = CASE WHEN excluded.progress > known.progress
                    THEN excluded.changed_at ELSE known.changed_at END,
                reason = CASE WHEN excluded.progress > known.progress
                    THEN coalesce(excluded.reason, known.reason) ELSE known.reason END,
                detail = CASE WHEN excluded.progress > known.progress
                    THEN coalesce(excluded.detail, known.detail) ELSE known.detail END,
                progress = greatest(known.progress, excluded.progress)
            """;
    /** In pieces, so that no lock is held for long. */
    private static final String FORGET = """
            DELETE FROM queue_event WHERE request_id IN (
                SELECT request_id FROM queue_event
                WHERE changed_at < ? AND state IN ('succeeded', 'dead', 'cancelled')
                    OR changed_at < ? AND state IN ('waiting', 'delayed', 'running')
                LIMIT 50000)
            """;

    private final JdbcTemplate jdbc;

    QueueTable(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    void merge(List<QueueRow> told) {
        // Sorted, so that two projections never wait for each other's rows crosswise; once each, as INSERT demands.
        var merged = new TreeMap<String, QueueRow>();
        told.forEach(row -> merged.merge(row.requestId(), row, QueueRow::and));
        if (merged.isEmpty()) {
            return;
        }
        jdbc.execute((Connection connection) -> {
            try (PreparedStatement statement = connection.prepareStatement(MERGE)) {
                bind(statement, connection, merged.values());
                return statement.executeUpdate();
            }
        });
    }

    private static void bind(PreparedStatement statement, Connection connection, Collection<QueueRow> rows)
            throws SQLException {
        int at = 1;
        statement.setArray(at++, array(connection, "text", rows, QueueRow::requestId));
        statement.setArray(at++, array(connection, "text", rows, QueueRow::accountId));
        statement.setArray(at++, array(connection, "text", rows, QueueRow::functionName));
        statement.setArray(at++, array(connection, "text", rows, QueueRow::qualifier));
        statement.setArray(
                at++, array(connection, "text", rows, row -> row.state().label()));
        statement.setArray(at++, array(connection, "bigint", rows, QueueRow::progress));
        statement.setArray(at++, array(connection, "integer", rows, QueueRow::attempt));
        statement.setArray(at++, array(connection, "timestamptz", rows, row -> text(row.acceptedAt())));
        statement.setArray(at++, array(connection, "timestamptz", rows, row -> text(row.dueAt())));
        statement.setArray(at++, array(connection, "timestamptz", rows, row -> text(row.changedAt())));
        statement.setArray(at++, array(connection, "text", rows, row -> storable(row.reason())));
        statement.setArray(at++, array(connection, "text", rows, row -> storable(row.detail())));
        statement.setArray(
                at++,
                array(
                        connection,
                        "integer",
                        rows,
                        row -> row.place() == null ? null : row.place().partition()));
        statement.setArray(
                at,
                array(
                        connection,
                        "bigint",
                        rows,
                        row -> row.place() == null ? null : row.place().offset()));
    }

    private static Array array(
            Connection connection, String type, Collection<QueueRow> rows, Function<QueueRow, @Nullable Object> column)
            throws SQLException {
        return connection.createArrayOf(type, rows.stream().map(column).toArray());
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    /** PostgreSQL keeps every character but one. */
    static @Nullable String storable(@Nullable String text) {
        return text == null ? null : text.replace('\0', ' ');
    }

    /** Forgets what ended before {@code ended}, and what nobody has told anything of since {@code silent}. */
    int forget(Instant ended, Instant silent) {
        return jdbc.update(FORGET, java.sql.Timestamp.from(ended), java.sql.Timestamp.from(silent));
    }

    /** The event is to be cancelled: it does not count as waiting any more. */
    void cancelOrdered(String requestId) {
        jdbc.update("UPDATE queue_event SET cancel_ordered = true WHERE request_id = ?", requestId);
    }
}
