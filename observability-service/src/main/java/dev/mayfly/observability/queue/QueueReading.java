package dev.mayfly.observability.queue;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Reads the queue of one function. */
@Repository
class QueueReading {
    private static final Duration RATE_WINDOW = Duration.ofMinutes(1);
    private static final String OF_FUNCTION =
            " FROM queue_event WHERE account_id = :account AND function_name = :function AND (:qualifier::text IS NULL"
                    + " OR qualifier = :qualifier) ";

    /**
     * An event as it is shown.
     *
     * @param error in one word, of the last attempt or of the end
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Event(
            String requestId,
            String qualifier,
            QueueState state,
            int attempt,
            Instant acceptedAt,
            @Nullable Instant dueAt,
            Instant changedAt,
            @Nullable String error,
            @Nullable String detail) {}

    /** Where an event's payload lies; null when that was not told. */
    record Located(Event event, QueueRow.@Nullable Place place, boolean cancelOrdered) {}

    /** What is asked for. Null does not filter. */
    record Filter(
            Set<QueueState> states,
            @Nullable Instant since,
            @Nullable Instant until,
            @Nullable String requestId,
            @Nullable String error) {}

    /**
     * @param oldest when the oldest live event was accepted, or null
     * @param in events a second that were accepted, over the last minute
     * @param out likewise, that ended
     */
    record Depth(Map<QueueState, Long> live, @Nullable Instant oldest, double in, double out) {}

    private final JdbcClient jdbc;

    QueueReading(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private JdbcClient.StatementSpec ask(String sql, Target target) {
        return jdbc.sql(sql)
                .param("account", target.accountId())
                .param("function", target.function())
                .param("qualifier", target.qualifier());
    }

    Depth depth(Target target, Instant now) {
        var live = new EnumMap<QueueState, Long>(QueueState.class);
        QueueState.LIVE.forEach(state -> live.put(state, 0L));
        var oldest = new Instant[1];
        ask(
                        "SELECT state, count(*), min(accepted_at)" + OF_FUNCTION
                                + "AND state IN ('waiting', 'delayed', 'paused', 'running')"
                                + " AND (state = 'running' OR NOT cancel_ordered) GROUP BY state",
                        target)
                .query(row -> {
                    live.put(QueueState.of(row.getString(1)), row.getLong(2));
                    Instant first = row.getTimestamp(3).toInstant();
                    oldest[0] = oldest[0] == null || first.isBefore(oldest[0]) ? first : oldest[0];
                });
        Timestamp since = Timestamp.from(now.minus(RATE_WINDOW));
        double seconds = RATE_WINDOW.toSeconds();
        long in = ask("SELECT count(*)" + OF_FUNCTION + "AND accepted_at >= :since", target)
                .param("since", since)
                .query(Long.class)
                .single();
        long out = ask(
                        "SELECT count(*)" + OF_FUNCTION
                                + "AND changed_at >= :since AND state IN ('succeeded', 'dead', 'cancelled')",
                        target)
                .param("since", since)
                .query(Long.class)
                .single();
        return new Depth(live, oldest[0], in / seconds, out / seconds);
    }

    /** At most {@code limit} events after {@code cursor}, oldest first. */
    List<Event> list(Target target, Filter filter, Question.Cursor cursor, int limit) {
        return ask("SELECT *" + OF_FUNCTION + """
                                AND (accepted_at, request_id) > (:at, :after)
                                AND (CASE WHEN cancel_ordered AND state IN ('waiting', 'delayed', 'paused')
                                     THEN 'cancelled' ELSE state END) = ANY (:states)
                                AND (:since::timestamptz IS NULL OR accepted_at >= :since)
                                AND (:until::timestamptz IS NULL OR accepted_at < :until)
                                AND (:requestId::text IS NULL OR request_id = :requestId)
                                AND (:error::text IS NULL OR reason = :error OR strpos(detail, :error) > 0)
                                ORDER BY accepted_at, request_id LIMIT :limit
                                """, target)
                .param("at", Timestamp.from(cursor.at()))
                .param("after", cursor.requestId())
                .param("states", filter.states().stream().map(QueueState::label).toArray(String[]::new))
                .param("since", filter.since() == null ? null : Timestamp.from(filter.since()))
                .param("until", filter.until() == null ? null : Timestamp.from(filter.until()))
                .param("requestId", filter.requestId())
                .param("error", filter.error())
                .param("limit", limit)
                .query((row, number) -> event(row))
                .list();
    }

    Optional<Located> find(Target target, String requestId) {
        return ask("SELECT *" + OF_FUNCTION + "AND request_id = :requestId", target)
                .param("requestId", requestId)
                .query((row, number) -> {
                    int partition = row.getInt("place_partition");
                    boolean placed = !row.wasNull();
                    return new Located(
                            event(row),
                            placed ? new QueueRow.Place(partition, row.getLong("place_offset")) : null,
                            row.getBoolean("cancel_ordered"));
                })
                .optional();
    }

    /** Whether anything was queued for that function of late. */
    boolean knows(Target target) {
        return ask("SELECT EXISTS (SELECT 1" + OF_FUNCTION + ")", target)
                .query(Boolean.class)
                .single();
    }

    private static Event event(ResultSet row) throws SQLException {
        QueueState told = QueueState.of(row.getString("state"));
        boolean cancelled =
                row.getBoolean("cancel_ordered") && QueueState.LIVE.contains(told) && told != QueueState.RUNNING;
        Timestamp due = row.getTimestamp("due_at");
        return new Event(
                row.getString("request_id"),
                row.getString("qualifier"),
                cancelled ? QueueState.CANCELLED : told,
                row.getInt("attempt"),
                row.getTimestamp("accepted_at").toInstant(),
                due == null || told != QueueState.DELAYED ? null : due.toInstant(),
                row.getTimestamp("changed_at").toInstant(),
                row.getString("reason"),
                row.getString("detail"));
    }
}
