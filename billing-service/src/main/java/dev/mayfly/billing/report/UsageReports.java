package dev.mayfly.billing.report;

import dev.mayfly.billing.BillingSettings;
import dev.mayfly.billing.ingest.IngestStatus;
import dev.mayfly.billing.rating.Charge;
import dev.mayfly.billing.rating.Decimals;
import dev.mayfly.billing.rating.Meter;
import dev.mayfly.billing.rating.PriceList;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** Answers what was used and what it costs. */
@Component
class UsageReports {
    private static final Comparator<List<@Nullable String>> BY_KEY = (a, b) -> {
        var nullsFirst = Comparator.nullsFirst(Comparator.<String>naturalOrder());
        for (int i = 0; i < a.size(); i++) {
            int order = nullsFirst.compare(a.get(i), b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    };

    private final RequestUsage requests;
    private final StorageUsage storage;
    private final PriceList prices;
    private final IngestStatus ingest;
    private final Clock clock;
    private final int maxGroups;
    private final TransactionTemplate snapshot;

    UsageReports(
            RequestUsage requests,
            StorageUsage storage,
            PriceList prices,
            IngestStatus ingest,
            Clock clock,
            BillingSettings settings,
            PlatformTransactionManager transactions) {
        this.requests = requests;
        this.storage = storage;
        this.prices = prices;
        this.ingest = ingest;
        this.clock = clock;
        this.maxGroups = settings.billing().maxGroups();
        this.snapshot = new TransactionTemplate(transactions);
        this.snapshot.setReadOnly(true);
        this.snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
    }

    static Problem tooWide(int limit) {
        return Problem.badRequest("That report has more than " + limit
                + " groups. Ask for a shorter time, or group by fewer or coarser dimensions.");
    }

    UsageReport report(UsageQuestion question) {
        var freshness = ingest.freshness();
        Interval interval = untilNow(question.interval());
        List<GroupedCharge> charges = charges(question, interval);
        var rows = new TreeMap<List<@Nullable String>, Sum>(BY_KEY);
        var meters = new EnumMap<Meter, Sum>(Meter.class);
        for (GroupedCharge grouped : charges) {
            rows.computeIfAbsent(grouped.key(), key -> new Sum()).add(grouped.charge());
            meters.computeIfAbsent(grouped.charge().meter(), meter -> new Sum()).add(grouped.charge());
        }
        if (rows.size() > maxGroups) {
            throw tooWide(maxGroups);
        }
        List<@Nullable String> after = question.after();
        var rest = after == null ? rows : rows.tailMap(after, false);
        var page = new ArrayList<Map<String, @Nullable String>>();
        List<@Nullable String> last = List.of();
        for (var row : rest.entrySet()) {
            if (page.size() == question.limit()) {
                break;
            }
            page.add(row(question.groupBy(), row.getKey(), row.getValue()));
            last = row.getKey();
        }
        boolean more = page.size() < rest.size();
        return new UsageReport(
                question.accountId(),
                interval.from(),
                interval.to(),
                question.groupBy().stream().map(Dimension::id).toList(),
                prices.currency(),
                page,
                totals(meters),
                freshness.asOf(),
                freshness.lag().isPresent() ? freshness.lag().getAsLong() : null,
                more ? new Page(interval.from(), interval.to(), question.groupBy(), last).token() : null);
    }

    private Interval untilNow(Interval asked) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return asked.from().isBefore(now) && now.isBefore(asked.to()) ? new Interval(asked.from(), now) : asked;
    }

    private List<GroupedCharge> charges(UsageQuestion question, Interval interval) {
        var charges = new ArrayList<GroupedCharge>();
        if (interval.from().isAfter(clock.instant())) {
            return charges;
        }
        snapshot.executeWithoutResult(transaction -> {
            charges.addAll(requests.charges(question, interval, maxGroups));
            charges.addAll(storage.charges(question, interval, maxGroups));
        });
        return charges;
    }

    private Map<String, @Nullable String> row(List<Dimension> groupBy, List<@Nullable String> key, Sum sum) {
        var row = new LinkedHashMap<String, @Nullable String>();
        for (int i = 0; i < groupBy.size(); i++) {
            row.put(groupBy.get(i).id(), key.get(i));
        }
        boolean oneMeter = sum.meters.size() == 1;
        row.put("quantity", oneMeter ? Decimals.text(sum.quantity) : null);
        row.put("unit", oneMeter ? prices.unit(sum.meters.getFirst()) : null);
        row.put("unitPrice", sum.unitPrice == null ? null : Decimals.text(sum.unitPrice));
        row.put("cost", Decimals.text(sum.cost));
        return row;
    }

    private UsageReport.Totals totals(Map<Meter, Sum> meters) {
        BigDecimal cost = BigDecimal.ZERO;
        var totals = new ArrayList<UsageReport.MeterTotal>();
        for (var meter : meters.entrySet()) {
            Sum sum = meter.getValue();
            cost = cost.add(sum.cost);
            totals.add(new UsageReport.MeterTotal(
                    meter.getKey().id(),
                    Decimals.text(sum.quantity),
                    prices.unit(meter.getKey()),
                    Decimals.text(sum.cost)));
        }
        return new UsageReport.Totals(Decimals.text(cost), totals);
    }

    /** Adds up charges, and keeps track of whether they have a meter and a price in common. */
    private static final class Sum {
        private final List<Meter> meters = new ArrayList<>();
        private BigDecimal quantity = BigDecimal.ZERO;
        private BigDecimal cost = BigDecimal.ZERO;
        private @Nullable BigDecimal unitPrice;

        void add(Charge charge) {
            boolean first = meters.isEmpty();
            if (!meters.contains(charge.meter())) {
                meters.add(charge.meter());
            }
            if (first) {
                unitPrice = charge.unitPrice();
            } else if (meters.size() > 1 || unitPrice == null || unitPrice.compareTo(charge.unitPrice()) != 0) {
                unitPrice = null;
            }
            quantity = quantity.add(charge.quantity());
            cost = cost.add(charge.cost());
        }
    }
}
