package dev.mayfly.billing.rating;

import java.math.BigDecimal;

/** How exact decimals are kept and written: no exponent, no trailing zeros. */
public final class Decimals {
    private Decimals() {}

    /** {@code value} without trailing zeros and with a scale of at least 0. */
    public static BigDecimal plain(BigDecimal value) {
        BigDecimal stripped = value.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }

    /** As {@link #plain}, as text. */
    public static String text(BigDecimal value) {
        return plain(value).toPlainString();
    }
}
