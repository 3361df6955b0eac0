package dev.mayfly.billing.rating;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** From what the ledger holds to what meters count in. */
public final class Quantities {
    /** MB milliseconds in a GB second: 1024 x 1000, so that division always terminates. */
    private static final BigDecimal MB_MILLIS_PER_GB_SECOND = BigDecimal.valueOf(1_024_000);

    /** Byte microseconds in a GB hour: 2^30 x 3.6 x 10^9. */
    private static final BigDecimal BYTE_MICROS_PER_GB_HOUR =
            BigDecimal.valueOf(1L << 30).multiply(BigDecimal.valueOf(3_600_000_000L));

    /** Decimal places of a GB hour; a third of an hour has no last one. */
    public static final int GB_HOUR_SCALE = 18;

    private Quantities() {}

    /** Exact. */
    public static BigDecimal gbSeconds(BigDecimal mbMillis) {
        return Decimals.plain(mbMillis.divide(MB_MILLIS_PER_GB_SECOND));
    }

    /** Rounded half even to {@link #GB_HOUR_SCALE} places. */
    public static BigDecimal gbHours(BigDecimal byteMicros) {
        return Decimals.plain(byteMicros.divide(BYTE_MICROS_PER_GB_HOUR, GB_HOUR_SCALE, RoundingMode.HALF_EVEN));
    }
}
