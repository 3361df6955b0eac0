package dev.mayfly.billing.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mayfly.billing.rating.Decimals;
import dev.mayfly.billing.rating.Meter;
import dev.mayfly.billing.rating.PriceList;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /v1/prices}: what everything costs. Every role may know. */
@RestController
class PricesController {
    record Prices(String currency, List<MeterPrice> meters) {}

    /**
     * One meter's price.
     *
     * @param unitPrice of one unit; absent when it depends on the tier
     * @param tiers unit price by tier; absent when there is one price
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record MeterPrice(
            String meter,
            String unit,
            @Nullable String unitPrice,
            @Nullable Map<String, String> tiers) {}

    private final PriceList prices;

    PricesController(PriceList prices) {
        this.prices = prices;
    }

    @GetMapping("/v1/prices")
    Prices prices(HttpServletRequest request) {
        new Asked(request, Set.of());
        return new Prices(
                prices.currency(),
                Arrays.stream(Meter.values()).map(this::price).toList());
    }

    private MeterPrice price(Meter meter) {
        var tiers = new TreeMap<String, String>();
        prices.tiers(meter).forEach(tier -> tiers.put(tier, Decimals.text(prices.unitPrice(meter, tier))));
        return tiers.isEmpty()
                ? new MeterPrice(meter.id(), prices.unit(meter), Decimals.text(prices.unitPrice(meter, null)), null)
                : new MeterPrice(meter.id(), prices.unit(meter), null, tiers);
    }
}
