package dev.mayfly.benchmarks;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Two Markdown tables: what was measured, and the figures that have a target. */
final class Report {
    private final List<String> rows = new ArrayList<>();
    private final List<String> figures = new ArrayList<>();

    void row(String what, Samples samples) {
        rows.add("| %s | %s | %s | %s |"
                .formatted(what, samples.millis(0.5), samples.millis(0.9), samples.millis(0.99)));
    }

    void figure(String what, String value, String target) {
        figures.add("| %s | %s | %s |".formatted(what, value, target));
    }

    void print(PrintWriter out) {
        out.println("| measured | p50 | p90 | p99 |");
        out.println("|---|---|---|---|");
        rows.forEach(out::println);
        out.println();
        out.println("| figure | value | target |");
        out.println("|---|---|---|");
        figures.forEach(out::println);
        out.flush();
    }
}
