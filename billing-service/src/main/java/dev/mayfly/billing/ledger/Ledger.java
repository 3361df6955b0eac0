package dev.mayfly.billing.ledger;

import dev.mayfly.contracts.usage.UsageEvent;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** The append-only table of what was used. An event id has one line, however often it is appended. */
@Repository
public class Ledger {
    private final JdbcTemplate jdbc;
    private final JdbcClient client;
    private final TransactionTemplate savepoint;

    Ledger(JdbcTemplate jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.client = JdbcClient.create(jdbc);
        this.savepoint = new TransactionTemplate(transactions);
        this.savepoint.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
    }

    /**
     * What became of a batch.
     *
     * @param written lines that are new
     * @param duplicates events that had their line already
     * @param refused events that the table does not take, with the reason
     */
    public record Appended(int written, int duplicates, List<Refused> refused) {}

    /** An event that the table does not take. */
    public record Refused(UsageEvent event, String reason) {}

    /** Appends {@code events} within the caller's transaction. One that the table refuses does not hold up the others. */
    public Appended append(List<UsageEvent> events) {
        if (events.isEmpty()) {
            return new Appended(0, 0, List.of());
        }
        try {
            int written = insert(events);
            return new Appended(written, events.size() - written, List.of());
        } catch (DataIntegrityViolationException e) {
            return appendSingly(events);
        }
    }

    private Appended appendSingly(List<UsageEvent> events) {
        int written = 0;
        var refused = new ArrayList<Refused>();
        for (UsageEvent event : events) {
            try {
                written += insert(List.of(event));
            } catch (DataIntegrityViolationException e) {
                refused.add(new Refused(
                        event,
                        "refused by the ledger: " + e.getMostSpecificCause().getMessage()));
            }
        }
        return new Appended(written, events.size() - written - refused.size(), refused);
    }

    /** Leaves the transaction usable when the database refuses a row. */
    private int insert(List<UsageEvent> events) {
        Integer written = savepoint.execute(
                status -> jdbc.execute((ConnectionCallback<Integer>) connection -> insert(connection, events)));
        return written == null ? 0 : written;
    }

    private static int insert(Connection connection, List<UsageEvent> events) throws SQLException {
        @Nullable Object[][] arrays = LedgerColumns.arrays(events);
        try (var statement = connection.prepareStatement(LedgerColumns.INSERT)) {
            var made = new ArrayList<Array>();
            for (int i = 0; i < arrays.length; i++) {
                Array array = connection.createArrayOf(LedgerColumns.ALL.get(i).type(), arrays[i]);
                made.add(array);
                statement.setArray(i + 1, array);
            }
            int written = statement.executeUpdate();
            for (Array array : made) {
                array.free();
            }
            return written;
        }
    }

    /** Where a line stands in the order of {@link #lines}. */
    public record Position(Instant time, long line) {}

    /** Where the line of {@code eventId} stands, if the account has it. */
    public Optional<Position> position(String accountId, String eventId) {
        return client.sql("SELECT time, line FROM ledger_line WHERE event_id = ? AND account_id = ?")
                .params(eventId, accountId)
                .query((row, number) -> new Position(instant(row, "time"), row.getLong("line")))
                .optional();
    }

    /**
     * The account's lines in {@code [from, to)}, oldest use first.
     *
     * @param resource only lines of this resource; null for all
     * @param after only lines behind this position; null for all
     */
    public List<LedgerLine> lines(
            String accountId,
            Instant from,
            Instant to,
            @Nullable String resource,
            @Nullable Position after,
            int limit) {
        var sql = new StringBuilder("SELECT * FROM ledger_line WHERE account_id = ? AND time >= ? AND time < ?");
        var params = new ArrayList<Object>(List.of(accountId, utc(from), utc(to)));
        if (resource != null) {
            sql.append(" AND resource = ?");
            params.add(resource);
        }
        if (after != null) {
            sql.append(" AND (time, line) > (?, ?)");
            params.add(utc(after.time()));
            params.add(after.line());
        }
        params.add(limit);
        return client.sql(sql.append(" ORDER BY time, line LIMIT ?").toString())
                .params(params)
                .query((row, number) -> line(row))
                .list();
    }

    private static LedgerLine line(ResultSet row) throws SQLException {
        return new LedgerLine(
                row.getLong("line"),
                row.getString("event_id"),
                row.getString("kind"),
                row.getString("resource"),
                instant(row, "time"),
                instant(row, "recorded_at"),
                row.getString("version"),
                row.getString("request_id"),
                row.getObject("attempt", Integer.class),
                row.getString("tier"),
                row.getObject("memory_mb", Integer.class),
                row.getObject("billed_millis", Long.class),
                row.getObject("init_millis", Long.class),
                row.getObject("cpu_micros", Long.class),
                row.getObject("peak_memory_bytes", Long.class),
                row.getString("start"),
                row.getString("status"),
                row.getString("operation"),
                row.getString("request_class"),
                row.getObject("http_status", Integer.class),
                row.getObject("bytes_in", Long.class),
                row.getObject("bytes_out", Long.class),
                row.getObject("storage_bytes", Long.class),
                row.getObject("storage_objects", Long.class));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    /** The form in which the JDBC driver takes instants. */
    public static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
