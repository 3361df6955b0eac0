package dev.mayfly.billing.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.mayfly.billing.ingest.IngestStatus;
import dev.mayfly.billing.ledger.Ledger;
import dev.mayfly.billing.ledger.LedgerLine;
import dev.mayfly.billing.rating.Charge;
import dev.mayfly.billing.rating.Decimals;
import dev.mayfly.billing.rating.PriceList;
import jakarta.servlet.http.HttpServletRequest;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /v1/usage/lines}: the ledger itself, line by line, oldest use first, each line with what it costs. */
@RestController
class LinesController {
    private static final Set<String> PARAMETERS = Set.of("from", "to", "resource", "limit", "after");
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;

    /**
     * The answer.
     *
     * @param after give this as the parameter {@code after} to go on; absent when there are no more lines now
     */
    record Lines(
            String accountId,
            Instant from,
            Instant to,
            String currency,
            List<RatedLine> lines,
            @Nullable Instant asOf,
            @Nullable Long lag,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String after) {}

    record RatedLine(@JsonUnwrapped LedgerLine line, List<LineCharge> charges, String cost) {}

    record LineCharge(String meter, String quantity, String unit, String unitPrice, String cost) {}

    private final Ledger ledger;
    private final PriceList prices;
    private final IngestStatus ingest;
    private final Clock clock;

    LinesController(Ledger ledger, PriceList prices, IngestStatus ingest, Clock clock) {
        this.ledger = ledger;
        this.prices = prices;
        this.ingest = ingest;
        this.clock = clock;
    }

    @GetMapping("/v1/usage/lines")
    Lines lines(HttpServletRequest request) {
        var asked = new Asked(request, PARAMETERS);
        String account = asked.account();
        Interval interval = Interval.of(asked.text("from"), asked.text("to"), clock.instant());
        int limit = asked.limit(DEFAULT_LIMIT, MAX_LIMIT);
        String after = asked.text("after");
        Ledger.Position position = after == null ? null : position(account, after);
        var freshness = ingest.freshness();
        List<LedgerLine> found =
                ledger.lines(account, interval.from(), interval.to(), asked.text("resource"), position, limit + 1);
        boolean more = found.size() > limit;
        List<LedgerLine> page = more ? found.subList(0, limit) : found;
        return new Lines(
                account,
                interval.from(),
                interval.to(),
                prices.currency(),
                page.stream().map(this::rated).toList(),
                freshness.asOf(),
                freshness.lag().isPresent() ? freshness.lag().getAsLong() : null,
                more ? page.getLast().eventId() : null);
    }

    private Ledger.Position position(String account, String eventId) {
        return ledger.position(account, eventId)
                .orElseThrow(() -> Problem.badRequest("after=" + eventId
                        + " is the eventId of no line of this account. Take it from the answer before this one."));
    }

    private RatedLine rated(LedgerLine line) {
        List<Charge> charges = LineCharges.of(line, prices);
        BigDecimal cost = charges.stream().map(Charge::cost).reduce(BigDecimal.ZERO, BigDecimal::add);
        return new RatedLine(
                line,
                charges.stream()
                        .map(charge -> new LineCharge(
                                charge.meter().id(),
                                Decimals.text(charge.quantity()),
                                prices.unit(charge.meter()),
                                Decimals.text(charge.unitPrice()),
                                Decimals.text(charge.cost())))
                        .toList(),
                Decimals.text(cost));
    }
}
