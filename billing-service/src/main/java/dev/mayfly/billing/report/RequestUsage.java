package dev.mayfly.billing.report;

import dev.mayfly.billing.ledger.Ledger;
import dev.mayfly.billing.ledger.LedgerLine;
import dev.mayfly.billing.rating.Charge;
import dev.mayfly.billing.rating.Meter;
import dev.mayfly.billing.rating.PriceList;
import dev.mayfly.billing.rating.Quantities;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Sums up what is counted by the request: invocations and object requests. */
@Component
class RequestUsage {
    private final JdbcClient jdbc;
    private final PriceList prices;

    RequestUsage(JdbcClient jdbc, PriceList prices) {
        this.jdbc = jdbc;
        this.prices = prices;
    }

    /**
     * Each group of lines with a charge for every meter that it feeds.
     *
     * @throws Problem when there are more than {@code limit} groups of one kind of line
     */
    List<GroupedCharge> charges(UsageQuestion question, Interval interval, int limit) {
        var charges = new ArrayList<GroupedCharge>();
        String invocations = sql(
                LedgerLine.INVOCATION,
                "status <> 'PLATFORM_ERROR'",
                question.groupBy(),
                Dimension::ofInvocation,
                "tier",
                "sum(memory_mb::bigint * billed_millis)");
        query(invocations, question, interval, limit, (key, tier, count, mbMillis) -> {
            add(charges, question, key, Meter.FUNCTION_REQUESTS, tier, count);
            add(charges, question, key, Meter.FUNCTION_COMPUTE, tier, Quantities.gbSeconds(mbMillis));
        });
        String requests = sql(
                LedgerLine.OBJECT_REQUEST,
                "http_status < 500",
                question.groupBy(),
                Dimension::ofRequest,
                "request_class",
                "sum(bytes_out)");
        query(requests, question, interval, limit, (key, requestClass, count, bytesOut) -> {
            add(charges, question, key, LineCharges.meterOf(requestClass), null, count);
            if (bytesOut.signum() > 0) {
                add(charges, question, key, Meter.OBJECT_EGRESS, null, bytesOut);
            }
        });
        return charges;
    }

    private void add(
            List<GroupedCharge> charges,
            UsageQuestion question,
            List<@Nullable String> key,
            Meter meter,
            @Nullable String tier,
            BigDecimal quantity) {
        var own = new ArrayList<>(key);
        int place = question.groupBy().indexOf(Dimension.METER);
        if (place >= 0) {
            own.set(place, meter.id());
        }
        charges.add(new GroupedCharge(Collections.unmodifiableList(own), Charge.of(prices, meter, tier, quantity)));
    }

    /** Columns: the group's key, what decides the meter and price, the count, the sum. */
    private static String sql(
            String kind,
            String charged,
            List<Dimension> groupBy,
            Function<Dimension, @Nullable String> column,
            String rate,
            String sum) {
        var columns = new ArrayList<String>();
        for (Dimension dimension : groupBy) {
            String expression = column.apply(dimension);
            columns.add(expression == null ? "NULL::text" : expression);
        }
        columns.add(rate);
        String groups = IntStream.rangeClosed(1, columns.size())
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(", "));
        return "SELECT " + String.join(", ", columns) + ", count(*), " + sum + " FROM ledger_line WHERE kind = '" + kind
                + "' AND account_id = ? AND time >= ? AND time < ? AND " + charged + " GROUP BY " + groups + " LIMIT ?";
    }

    @FunctionalInterface
    private interface Group {
        void accept(List<@Nullable String> key, String rate, BigDecimal count, BigDecimal sum);
    }

    private void query(String sql, UsageQuestion question, Interval interval, int limit, Group group) {
        int dimensions = question.groupBy().size();
        var groups = new AtomicInteger();
        jdbc.sql(sql)
                .params(question.accountId(), Ledger.utc(interval.from()), Ledger.utc(interval.to()), limit + 1)
                .query(row -> {
                    if (groups.incrementAndGet() > limit) {
                        throw UsageReports.tooWide(limit);
                    }
                    group.accept(
                            key(row, dimensions),
                            row.getString(dimensions + 1),
                            row.getBigDecimal(dimensions + 2),
                            row.getBigDecimal(dimensions + 3));
                });
    }

    private static List<@Nullable String> key(ResultSet row, int dimensions) throws SQLException {
        var key = new ArrayList<@Nullable String>();
        for (int i = 1; i <= dimensions; i++) {
            key.add(row.getString(i));
        }
        return key;
    }
}
