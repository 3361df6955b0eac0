package dev.mayfly.cli;

import java.util.ArrayList;
import java.util.List;

/** Columns under headings, as wide as what is in them. */
final class Table {
    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();

    Table(String... headings) {
        rows.add(List.of(headings));
    }

    void row(List<String> cells) {
        rows.add(List.copyOf(cells));
    }

    /** The lines, headings first. Columns of numbers are aligned to the right. */
    List<String> lines() {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        boolean[] numbers = new boolean[columns];
        for (int column = 0; column < columns; column++) {
            numbers[column] = rows.size() > 1;
            for (int row = 0; row < rows.size(); row++) {
                String cell = cell(rows.get(row), column);
                widths[column] = Math.max(widths[column], cell.length());
                if (row > 0 && !cell.matches("-?[0-9][0-9.,]*|")) {
                    numbers[column] = false;
                }
            }
        }
        return rows.stream().map(row -> line(row, widths, numbers)).toList();
    }

    private static String line(List<String> row, int[] widths, boolean[] numbers) {
        var line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = cell(row, column);
            String padding = " ".repeat(widths[column] - cell.length());
            line.append(column == 0 ? "" : GAP).append(numbers[column] ? padding + cell : cell + padding);
        }
        return line.toString().stripTrailing();
    }

    private static String cell(List<String> row, int column) {
        return column < row.size() ? row.get(column) : "";
    }
}
