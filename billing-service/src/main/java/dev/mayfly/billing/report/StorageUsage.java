package dev.mayfly.billing.report;

import dev.mayfly.billing.ledger.Ledger;
import dev.mayfly.billing.rating.Charge;
import dev.mayfly.billing.rating.Meter;
import dev.mayfly.billing.rating.PriceList;
import dev.mayfly.billing.rating.Quantities;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Integrates what is stored over time. A balance {@code B} that changes by {@code b} at {@code t} makes
 * {@code B (end - begin) + sum(b (end - t))} byte microseconds of a piece of time, so two sums for each piece are all that
 * is needed from the ledger, however many changes there were.
 */
@Component
class StorageUsage {
    private static final String MICROS = "(extract(epoch FROM time) * 1000000)";
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuu-MM-dd");
    private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("uuuu-MM");

    /** Stands for all resources when they are not told apart. */
    private static final String ALL = "";

    private final JdbcClient jdbc;
    private final PriceList prices;

    StorageUsage(JdbcClient jdbc, PriceList prices) {
        this.jdbc = jdbc;
        this.prices = prices;
    }

    /** A part of the interval, within one hour, day or month when the report is by such. */
    private record Piece(Instant label, Instant begin, Instant end) {}

    private record Change(BigDecimal bytes, BigDecimal byteMicros) {
        static final Change NONE = new Change(BigDecimal.ZERO, BigDecimal.ZERO);
    }

    /**
     * One charge for each resource and piece of time that held anything.
     *
     * @throws Problem when there are more than {@code limit} such
     */
    List<GroupedCharge> charges(UsageQuestion question, Interval interval, int limit) {
        List<Piece> pieces = pieces(interval, question.finestTime());
        Map<String, BigDecimal> opening = opening(question, interval, limit);
        Map<String, Map<Instant, Change>> changes = changes(question, interval, limit);
        var resources = new TreeMap<String, BigDecimal>(opening);
        changes.keySet().forEach(resource -> resources.putIfAbsent(resource, BigDecimal.ZERO));
        if ((long) resources.size() * Math.max(1, pieces.size()) > limit) {
            throw UsageReports.tooWide(limit);
        }
        var charges = new ArrayList<GroupedCharge>();
        BigDecimal exact = BigDecimal.ZERO;
        BigDecimal charged = BigDecimal.ZERO;
        for (var resource : resources.entrySet()) {
            BigDecimal balance = resource.getValue();
            var own = changes.getOrDefault(resource.getKey(), Map.of());
            for (Piece piece : pieces) {
                Change change = own.getOrDefault(piece.label(), Change.NONE);
                BigDecimal byteMicros = integral(balance, change, piece);
                balance = balance.add(change.bytes());
                exact = exact.add(byteMicros);
                // Rounding the running total, not the part, makes the parts add up to the rounded whole.
                BigDecimal quantity = Quantities.gbHours(exact).subtract(charged);
                charged = charged.add(quantity);
                if (byteMicros.signum() != 0) {
                    charges.add(new GroupedCharge(
                            key(question, resource.getKey(), piece),
                            Charge.of(prices, Meter.OBJECT_STORAGE, null, quantity)));
                }
            }
        }
        return charges;
    }

    private static BigDecimal integral(BigDecimal balance, Change change, Piece piece) {
        BigDecimal length = micros(piece.end()).subtract(micros(piece.begin()));
        return balance.multiply(length)
                .add(change.bytes().multiply(micros(piece.end())))
                .subtract(change.byteMicros());
    }

    private static BigDecimal micros(Instant instant) {
        return BigDecimal.valueOf(ChronoUnit.MICROS.between(Instant.EPOCH, instant));
    }

    private Map<String, BigDecimal> opening(UsageQuestion question, Interval interval, int limit) {
        var balances = new HashMap<String, BigDecimal>();
        jdbc.sql("SELECT " + resource(question) + ", sum(storage_bytes) FROM ledger_line"
                        + " WHERE kind = 'storage-change' AND account_id = ? AND time < ? GROUP BY 1"
                        + " HAVING sum(storage_bytes) <> 0 LIMIT ?")
                .params(question.accountId(), Ledger.utc(interval.from()), limit + 1)
                .query(row -> {
                    balances.put(row.getString(1), row.getBigDecimal(2));
                });
        return balances;
    }

    private Map<String, Map<Instant, Change>> changes(UsageQuestion question, Interval interval, int limit) {
        Dimension finest = question.finestTime();
        String piece = finest == null
                ? "NULL::bigint"
                : "extract(epoch FROM date_trunc('" + finest.id() + "', time, 'UTC'))::bigint";
        var changes = new HashMap<String, Map<Instant, Change>>();
        jdbc.sql("SELECT " + resource(question) + ", " + piece + ", sum(storage_bytes), sum(storage_bytes * " + MICROS
                        + ") FROM ledger_line WHERE kind = 'storage-change' AND account_id = ?"
                        + " AND time >= ? AND time < ? GROUP BY 1, 2 LIMIT ?")
                .params(question.accountId(), Ledger.utc(interval.from()), Ledger.utc(interval.to()), limit + 1)
                .query(row -> {
                    Instant label = finest == null ? interval.from() : Instant.ofEpochSecond(row.getLong(2));
                    changes.computeIfAbsent(row.getString(1), resource -> new HashMap<>())
                            .put(label, new Change(row.getBigDecimal(3), row.getBigDecimal(4)));
                });
        return changes;
    }

    private static String resource(UsageQuestion question) {
        return question.groupBy().contains(Dimension.RESOURCE) ? "resource" : "'" + ALL + "'";
    }

    private static List<Piece> pieces(Interval interval, @Nullable Dimension finest) {
        if (!interval.from().isBefore(interval.to())) {
            return List.of();
        }
        if (finest == null) {
            return List.of(new Piece(interval.from(), interval.from(), interval.to()));
        }
        var pieces = new ArrayList<Piece>();
        ZonedDateTime label = start(interval.from().atZone(ZoneOffset.UTC), finest);
        while (label.toInstant().isBefore(interval.to())) {
            ZonedDateTime next = label.plus(1, unit(finest));
            pieces.add(new Piece(
                    label.toInstant(),
                    later(label.toInstant(), interval.from()),
                    next.toInstant().isBefore(interval.to()) ? next.toInstant() : interval.to()));
            label = next;
        }
        return pieces;
    }

    private static ZonedDateTime start(ZonedDateTime time, Dimension finest) {
        return finest == Dimension.MONTH
                ? time.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1)
                : time.truncatedTo(unit(finest));
    }

    private static ChronoUnit unit(Dimension time) {
        return switch (time) {
            case HOUR -> ChronoUnit.HOURS;
            case DAY -> ChronoUnit.DAYS;
            case MONTH -> ChronoUnit.MONTHS;
            default -> throw new IllegalArgumentException(time + " is no time");
        };
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private static List<@Nullable String> key(UsageQuestion question, String resource, Piece piece) {
        ZonedDateTime label = piece.label().atZone(ZoneOffset.UTC);
        var key = new ArrayList<@Nullable String>();
        for (Dimension dimension : question.groupBy()) {
            key.add(
                    switch (dimension) {
                        case RESOURCE -> resource;
                        case METER -> Meter.OBJECT_STORAGE.id();
                        case HOUR -> label.toInstant().toString();
                        case DAY -> DAY.format(label);
                        case MONTH -> MONTH.format(label);
                        case TIER, OPERATION, STATUS, START -> null;
                    });
        }
        return key;
    }
}
