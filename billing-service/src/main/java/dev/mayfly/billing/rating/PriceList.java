package dev.mayfly.billing.rating;

import dev.mayfly.contracts.function.Isolation;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The prices of every meter, as read from {@code prices.yaml}. Immutable. */
public final class PriceList {

    /** A price list that cannot be used. The message says what is wrong with which meter. */
    public static final class InvalidPricesException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        InvalidPricesException(String message) {
            super(message);
        }

        InvalidPricesException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * One meter's price.
     *
     * @param unit what is counted
     * @param price of {@code per} units
     * @param per how many units the price is for
     * @param tiers multiplier by tier; empty when the price is the same for all
     */
    record Price(String unit, BigDecimal price, BigDecimal per, Map<String, BigDecimal> tiers) {
        /** Of one unit, exactly. */
        BigDecimal ofOne(BigDecimal multiplier) {
            return Decimals.plain(price.multiply(multiplier).divide(per));
        }
    }

    private record Document(
            @Nullable String currency, @Nullable Map<String, Entry> meters) {}

    private record Entry(
            @Nullable String unit,
            @Nullable BigDecimal price,
            @Nullable BigDecimal per,
            @Nullable Map<String, BigDecimal> tiers) {}

    private final String currency;
    private final Map<Meter, Price> prices;

    private PriceList(String currency, Map<Meter, Price> prices) {
        this.currency = currency;
        this.prices = prices;
    }

    /**
     * Reads a price list.
     *
     * @throws InvalidPricesException when it lacks a meter, names an unknown one, or holds a price that is no exact,
     *     non-negative decimal
     */
    public static PriceList read(InputStream yaml) throws IOException {
        Document document;
        try {
            document = new YAMLMapper().readValue(yaml.readAllBytes(), Document.class);
        } catch (JacksonException e) {
            throw new InvalidPricesException(
                    "The price list is not of the form that prices.yaml shows: " + e.getOriginalMessage(), e);
        }
        if (document == null || document.currency() == null || document.meters() == null) {
            throw new InvalidPricesException("The price list needs a currency and meters");
        }
        var prices = new EnumMap<Meter, Price>(Meter.class);
        document.meters().forEach((id, entry) -> {
            Meter meter = Meter.of(id).orElseThrow(() -> new InvalidPricesException("There is no meter " + id));
            prices.put(meter, price(id, entry));
        });
        for (Meter meter : Meter.values()) {
            if (!prices.containsKey(meter)) {
                throw new InvalidPricesException("The price list lacks the meter " + meter.id());
            }
        }
        return new PriceList(document.currency(), prices);
    }

    private static Price price(String id, @Nullable Entry entry) {
        if (entry == null || entry.unit() == null || entry.price() == null) {
            throw new InvalidPricesException("The meter " + id + " needs a unit and a price");
        }
        BigDecimal per = entry.per() == null ? BigDecimal.ONE : entry.per();
        var tiers = new TreeMap<String, BigDecimal>();
        if (entry.tiers() != null) {
            entry.tiers().forEach((tier, multiplier) -> {
                if (Isolation.fromTag(tier).isEmpty() || multiplier == null || multiplier.signum() < 0) {
                    throw new InvalidPricesException("The meter " + id + " has no use for the tier " + tier);
                }
                tiers.put(tier, multiplier);
            });
            if (tiers.size() != Isolation.values().length) {
                throw new InvalidPricesException("The meter " + id + " needs a multiplier for each of "
                        + Arrays.stream(Isolation.values())
                                .map(Isolation::tagValue)
                                .toList());
            }
        }
        if (entry.price().signum() < 0 || per.signum() <= 0) {
            throw new InvalidPricesException("The price of " + id + " must not be negative, nor for nothing");
        }
        try {
            entry.price().divide(per);
        } catch (ArithmeticException e) {
            throw new InvalidPricesException(
                    "The price of " + id + " is no exact decimal: " + entry.price() + " / " + per, e);
        }
        return new Price(entry.unit(), entry.price(), per, tiers);
    }

    /** ISO 4217. */
    public String currency() {
        return currency;
    }

    /** The tiers that {@code meter} is priced by; none when its price is the same for all. */
    public Set<String> tiers(Meter meter) {
        return Set.copyOf(price(meter).tiers().keySet());
    }

    /** The unit that {@code meter} counts in. */
    public String unit(Meter meter) {
        return price(meter).unit();
    }

    /**
     * What one unit costs, exactly.
     *
     * @param tier the isolation's tag value; null for meters without tiers
     */
    public BigDecimal unitPrice(Meter meter, @Nullable String tier) {
        Price price = price(meter);
        if (price.tiers().isEmpty()) {
            return price.ofOne(BigDecimal.ONE);
        }
        BigDecimal multiplier = tier == null ? null : price.tiers().get(tier);
        if (multiplier == null) {
            throw new IllegalArgumentException("No price for tier " + tier + " of " + meter.id());
        }
        return price.ofOne(multiplier);
    }

    private Price price(Meter meter) {
        Price price = prices.get(meter);
        if (price == null) {
            throw new IllegalStateException("A read price list has every meter");
        }
        return price;
    }
}
