package dev.mayfly.benchmarks;

/** What is measured of a tier: the columns of the table. */
enum Metric {
    COLD_READY("cold start, made ready", "ms"),
    COLD_EMPTY("cold start, nothing ready", "ms"),
    RESTORED("restored start", "ms"),
    WARM_P50("warm p50", "ms"),
    WARM_P99("warm p99", "ms"),
    OVER_P50("over the handler, p50", "ms"),
    OVER_P99("over the handler, p99", "ms"),
    MEMORY("memory, charged", "MiB"),
    PSS("memory, PSS", "MiB"),
    RATE("starts a second", ""),
    CPU("cpu-bound", "x"),
    CALLS("call-bound", "x");

    final String title;
    private final String unit;

    Metric(String title, String unit) {
        this.title = title;
        this.unit = unit;
    }

    String format(double value) {
        String digits = value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : value >= 0.995 ? "%.2f" : "%.3f";
        String number = value == 0 ? "0" : digits.formatted(value);
        return unit.isEmpty() ? number : number + " " + unit;
    }
}
