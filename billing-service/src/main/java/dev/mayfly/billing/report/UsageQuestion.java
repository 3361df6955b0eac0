package dev.mayfly.billing.report;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a usage report is asked for.
 *
 * @param groupBy without repetition, in the order asked
 * @param limit rows a page
 * @param after the key of the last row of the page before; null for the first page
 */
record UsageQuestion(
        String accountId,
        Interval interval,
        List<Dimension> groupBy,
        int limit,
        @Nullable List<@Nullable String> after) {

    static final List<Dimension> DEFAULT_GROUPS = List.of(Dimension.RESOURCE, Dimension.METER);
    private static final Duration WIDEST = Duration.ofDays(5 * 366);
    private static final Duration WIDEST_BY_HOUR = Duration.ofDays(92);

    UsageQuestion {
        if (interval.length().compareTo(WIDEST) > 0) {
            throw Problem.badRequest("At most " + WIDEST.toDays() + " days can be reported at once; from and to are "
                    + interval.length().toDays() + " days apart.");
        }
        if (groupBy.contains(Dimension.HOUR) && interval.length().compareTo(WIDEST_BY_HOUR) > 0) {
            throw Problem.badRequest("By hour at most " + WIDEST_BY_HOUR.toDays()
                    + " days can be reported at once; ask for fewer, or group by day.");
        }
    }

    static List<Dimension> groups(@Nullable String groupBy) {
        if (groupBy == null) {
            return DEFAULT_GROUPS;
        }
        List<Dimension> groups = Arrays.stream(groupBy.split(",", -1))
                .map(String::strip)
                .map(Dimension::of)
                .toList();
        if (EnumSet.copyOf(groups).size() != groups.size()) {
            throw Problem.badRequest("groupBy names a dimension twice: " + groupBy + ".");
        }
        return groups;
    }

    /** The finest time dimension that is grouped by, if any. */
    @Nullable
    Dimension finestTime() {
        return List.of(Dimension.HOUR, Dimension.DAY, Dimension.MONTH).stream()
                .filter(groupBy::contains)
                .findFirst()
                .orElse(null);
    }
}
