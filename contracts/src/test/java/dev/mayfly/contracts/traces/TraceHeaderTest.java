package dev.mayfly.contracts.traces;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceHeaderTest {
    private static final String ACCOUNT = "000000000000";
    private static final String ROOT = "Root=1-5759e988-bd862e3fe1be46a994272793";

    private static TraceHeader chain(TraceHeader from, String function, int runs) {
        TraceHeader header = from;
        for (int n = 0; n < runs; n++) {
            header = header.entering(ACCOUNT, function);
        }
        return header;
    }

    @Test
    void everyRunOfAFunctionCounts() {
        var first = new TraceHeader(ROOT + ";Sampled=1").entering(ACCOUNT, "f");
        assertThat(first.text()).matches(ROOT + ";Sampled=1;Lineage=[0-9a-f]{8}:0");
        assertThat(first.runsBefore(ACCOUNT, "f")).isZero();
        var later = chain(chain(first, "g", 3), "f", 4);
        assertThat(later.runsBefore(ACCOUNT, "f")).isEqualTo(4);
        assertThat(later.runsBefore(ACCOUNT, "g")).isEqualTo(2);
        assertThat(later.runsBefore("111111111111", "f")).isZero();
        assertThat(later.withoutLineage().text()).isEqualTo(ROOT + ";Sampled=1");
    }

    @Test
    void aLineageStandsAnywhereAndForgetsTheFirstFunctions() {
        var header = new TraceHeader("Lineage=0000000a:3|;" + ROOT);
        assertThat(header.withoutLineage().text()).isEqualTo(ROOT);
        var between = chain(new TraceHeader("Self=1;Lineage=0000000a:3;" + ROOT), "f", 2);
        assertThat(between.text()).matches("Self=1;" + ROOT + ";Lineage=0000000a:3\\|[0-9a-f]{8}:1");
        TraceHeader many = between;
        for (int n = 0; n < 40; n++) {
            many = many.entering(ACCOUNT, "f" + n);
        }
        assertThat(many.text()).doesNotContain("0000000a").hasSizeLessThan(400);
        assertThat(TraceHeader.of(many.text())).isEqualTo(many);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Lineage=",
                "Lineage=|||",
                "Lineage=x",
                "Lineage=0000000a:-1",
                "Lineage=0000000a:99999999999999999999",
                "Lineage=a:1;Lineage=b:2",
                ";;;=;",
                "\u00e4"
            })
    void whatIsMalformedCountsForNothing(String sent) {
        var header = TraceHeader.of(sent);
        assertThat(header.runsBefore(ACCOUNT, "f")).isZero();
        assertThat(header.entering(ACCOUNT, "f").runsBefore(ACCOUNT, "f")).isZero();
        assertThat(header.entering(ACCOUNT, "f").entering(ACCOUNT, "f").runsBefore(ACCOUNT, "f"))
                .isEqualTo(1);
    }

    @Test
    void whatIsTooLongIsNotTaken() {
        assertThat(TraceHeader.of("x".repeat(513)).text()).matches("Root=1-[0-9a-f]{8}-[0-9a-f]{24};Sampled=0");
        assertThat(TraceHeader.of("x".repeat(512)).text()).hasSize(512);
        assertThat(TraceHeader.of(null)).isNotEqualTo(TraceHeader.of(null));
    }

    @ParameterizedTest
    @CsvSource({
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, 1",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00, 0",
    })
    void aW3cTraceIsFollowed(String traceparent, String sampled) {
        assertThat(TraceHeader.of(null, traceparent).text())
                .isEqualTo("Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=" + sampled);
        assertThat(TraceHeader.of(ROOT, traceparent).text()).isEqualTo(ROOT);
        assertThat(TraceHeader.of(null, traceparent + "-more").text()).doesNotContain("4bf92f35");
    }
}
