package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void numbersAreAlignedRightAndWordsLeft() {
        var table = new Table("name", "cost");
        table.row(List.of("a", "10.5"));
        table.row(List.of("bcdefg", "7"));

        assertThat(table.lines()).containsExactly("name    cost", "a       10.5", "bcdefg     7");
    }

    @Test
    void quotedCellsOfCsvKeepCommasQuotesAndLineBreaks() {
        assertThat(Csv.parse("a,b\r\n\"x,\"\"y\"\"\",\"1\n2\"\n,\n"))
                .containsExactly(List.of("a", "b"), List.of("x,\"y\"", "1\n2"), List.of("", ""));
        assertThat(Csv.parse("a,b")).containsExactly(List.of("a", "b"));
        assertThat(Csv.parse("")).isEmpty();
    }
}
