package dev.mayfly.billing.rating;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A rated quantity.
 *
 * @param tier the isolation that decided the price; null where it does not matter
 * @param quantity in units of the meter
 * @param unitPrice exact
 */
public record Charge(Meter meter, @Nullable String tier, BigDecimal quantity, BigDecimal unitPrice) {

    /** {@code quantity} of {@code meter} at the list's price. */
    public static Charge of(PriceList prices, Meter meter, @Nullable String tier, BigDecimal quantity) {
        return new Charge(meter, tier, quantity, prices.unitPrice(meter, tier));
    }

    /** Exact. */
    public BigDecimal cost() {
        return Decimals.plain(quantity.multiply(unitPrice));
    }
}
