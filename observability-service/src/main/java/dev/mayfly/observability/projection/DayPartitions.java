package dev.mayfly.observability.projection;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Tables that are partitioned by day: a day is added when its first row comes, and dropped whole when it is too old. */
@Component
public class DayPartitions {
    private static final DateTimeFormatter SUFFIX = DateTimeFormatter.ofPattern("'_'yyyyMMdd");

    private final JdbcClient sql;

    DayPartitions(JdbcClient sql) {
        this.sql = sql;
    }

    /** Makes {@code table} ready for rows of {@code days} (UTC). */
    public void ensure(String table, Set<LocalDate> days) {
        var missing = new TreeSet<>(days);
        missing.removeAll(existing(table));
        for (LocalDate day : missing) {
            sql.sql("CREATE TABLE IF NOT EXISTS %s PARTITION OF %s FOR VALUES FROM ('%sT00:00:00Z') TO ('%sT00:00:00Z')"
                            .formatted(table + SUFFIX.format(day), table, day, day.plusDays(1)))
                    .update();
        }
    }

    /** Drops the days of {@code table} that end before {@code oldest} begins. */
    public void dropBefore(String table, LocalDate oldest) {
        for (LocalDate day : existing(table)) {
            if (day.isBefore(oldest)) {
                sql.sql("DROP TABLE " + table + SUFFIX.format(day)).update();
            }
        }
    }

    private Set<LocalDate> existing(String table) {
        var days = new TreeSet<LocalDate>();
        sql.sql("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = ?::regclass")
                .param(table)
                .query(String.class)
                .list()
                .forEach(name -> days.add(LocalDate.parse(name.substring(name.length() - 9), SUFFIX)));
        return days;
    }
}
