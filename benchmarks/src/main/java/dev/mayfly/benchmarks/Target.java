package dev.mayfly.benchmarks;

/**
 * A figure that must not be exceeded.
 *
 * @param what is measured
 * @param value measured
 * @param limit in the same unit
 * @param unit of both
 * @param basis what the two were made of, for people; may be empty
 */
record Target(String what, double value, double limit, String unit, String basis) {
    /** {@code value} against a share of {@code raw}, both milliseconds. */
    static Target ratio(String what, double value, double raw, double share) {
        return new Target(what, value / raw, share, "x raw", "%.1f ms against %.1f ms".formatted(value, raw));
    }

    boolean isReached() {
        return value <= limit;
    }

    String verdict() {
        return isReached() ? "reached" : "**not reached**: %.0f %%".formatted(Math.floor(100 * limit / value));
    }

    String line() {
        return "| %s | %s%s | <= %s | %s |"
                .formatted(what, number(value), basis.isEmpty() ? "" : " (" + basis + ")", number(limit), verdict());
    }

    private String number(double number) {
        String digits = number >= 100 ? "%.0f" : number >= 10 ? "%.1f" : "%.2f";
        return digits.formatted(number) + " " + unit;
    }
}
