package dev.mayfly.benchmarks;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was measured of one tier, or of the raw technology beside it.
 *
 * @param name of the row
 * @param raw whether Mayfly takes no part in it
 * @param absent why there is nothing, or null
 */
record Row(
        String name,
        boolean raw,
        Map<Metric, Double> values,
        @Nullable String absent) {
    static Row of(String name) {
        return new Row(name, false, new EnumMap<>(Metric.class), null);
    }

    static Row raw(String name) {
        return new Row(name, true, new EnumMap<>(Metric.class), null);
    }

    static Row absent(String name, String reason) {
        return new Row(name, false, Map.of(), reason);
    }

    void put(Metric metric, double value) {
        values.put(metric, value);
    }

    @Nullable
    Double get(Metric metric) {
        return values.get(metric);
    }
}
