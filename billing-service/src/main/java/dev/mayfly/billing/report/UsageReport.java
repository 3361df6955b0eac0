package dev.mayfly.billing.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer of {@code GET /v1/usage}. Quantities, prices and costs are exact decimals as text.
 *
 * @param to the end of what is reported: never later than the moment of the report
 * @param rows members: the dimensions grouped by, then quantity, unit, unitPrice, cost. Quantity and unit are null where a
 *     row holds several units, unitPrice where it holds several prices
 * @param asOf usage that happened and was shipped before this is in the report; null when unknown
 * @param lag usage events that wait to enter the ledger; null when unknown
 * @param nextToken for the next page; absent on the last
 */
record UsageReport(
        String accountId,
        Instant from,
        Instant to,
        List<String> groupBy,
        String currency,
        List<Map<String, @Nullable String>> rows,
        Totals totals,
        @Nullable Instant asOf,
        @Nullable Long lag,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String nextToken) {

    /** Over all pages. */
    record Totals(String cost, List<MeterTotal> meters) {}

    record MeterTotal(String meter, String quantity, String unit, String cost) {}
}
