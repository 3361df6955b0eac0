package dev.mayfly.billing.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

/** Rows as RFC 4180, with a header line. Text that a spreadsheet would take for a formula is defused with a quote. */
final class Csv {
    private static final String FORMULA_STARTS = "=+-@\t\r\n";

    private Csv() {}

    /** @param numbers the columns that hold decimals and may start with a minus sign */
    static String of(List<String> columns, Set<String> numbers, List<Map<String, @Nullable String>> rows) {
        var out = new StringBuilder();
        try (var printer = new CSVPrinter(out, CSVFormat.RFC4180)) {
            printer.printRecord(columns);
            for (var row : rows) {
                printer.printRecord(columns.stream()
                        .map(column -> cell(row.get(column), numbers.contains(column)))
                        .toList());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    private static String cell(@Nullable String value, boolean number) {
        if (value == null) {
            return "";
        }
        boolean formula = !number && !value.isEmpty() && FORMULA_STARTS.indexOf(value.charAt(0)) >= 0;
        return formula ? "'" + value : value;
    }
}
