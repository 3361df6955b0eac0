package dev.mayfly.contracts.triggers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventFilterTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"value\":{\"kind\":[\"order\"]}} | {\"value\":{\"kind\":\"order\"}} | true",
                "{\"value\":{\"kind\":[\"order\"]}} | {\"value\":{\"kind\":\"refund\"}} | false",
                "{\"value\":{\"kind\":[\"order\"]}} | {\"value\":\"order\"} | false",
                "{\"value\":[{\"prefix\":\"or\"}]} | {\"value\":\"order\"} | true",
                "{\"value\":{\"n\":[{\"suffix\":\".png\"}]}} | {\"value\":{\"n\":\"a.png\"}} | true",
                "{\"value\":{\"n\":[{\"numeric\":[\">\",5,\"<=\",10]}]}} | {\"value\":{\"n\":10}} | true",
                "{\"value\":{\"n\":[{\"numeric\":[\">\",5,\"<=\",10]}]}} | {\"value\":{\"n\":5}} | false",
                "{\"value\":{\"n\":[{\"anything-but\":[\"a\",\"b\"]}]}} | {\"value\":{\"n\":\"c\"}} | true",
                "{\"value\":{\"n\":[{\"anything-but\":[\"a\",\"b\"]}]}} | {\"value\":{\"n\":\"a\"}} | false",
                "{\"value\":{\"n\":[{\"exists\":false}]}} | {\"value\":{\"m\":1}} | true",
                "{\"value\":{\"n\":[{\"exists\":true}]}} | {\"value\":{\"m\":1}} | false",
                "{\"value\":{\"n\":[null]}} | {\"value\":{\"n\":null}} | true",
                "{\"value\":{\"n\":[\"\"]}} | {\"value\":{\"n\":\"\"}} | true",
                "{\"value\":{\"n\":[{\"equals-ignore-case\":\"Ann\"}]}} | {\"value\":{\"n\":\"aNN\"}} | true",
                "{\"value\":{\"n\":[{\"wildcard\":\"a*z\"}]}} | {\"value\":{\"n\":\"abcz\"}} | true",
                "{\"value\":{\"ip\":[{\"cidr\":\"10.0.0.0/8\"}]}} | {\"value\":{\"ip\":\"10.9.9.9\"}} | true",
                "{\"value\":{\"$or\":[{\"a\":[1]},{\"b\":[2]}]}} | {\"value\":{\"b\":2}} | true",
                "{\"value\":{\"$or\":[{\"a\":[1]},{\"b\":[2]}]}} | {\"value\":{\"b\":3}} | false",
                "{\"value\":{\"tags\":[\"x\"]}} | {\"value\":{\"tags\":[\"y\",\"x\"]}} | true",
                "{\"topic\":[\"t\"]} | {\"topic\":\"t\",\"value\":1} | true"
            })
    void matchesAsEventBridgeDoes(String pattern, String event, boolean passes) throws Exception {
        assertThat(EventFilter.of(List.of(pattern)).passes(event)).isEqualTo(passes);
    }

    @Test
    void oneOfSeveralIsEnoughAndNoneLetsAllPass() throws Exception {
        var either = EventFilter.of(List.of("{\"a\":[1]}", "{\"b\":[1]}"));
        assertThat(either.passes("{\"b\":1}")).isTrue();
        assertThat(either.passes("{\"c\":1}")).isFalse();
        assertThat(EventFilter.of(List.of()).passes("not even json")).isTrue();
        for (String none : List.of("not json", "", "[]", "5", "null", "\"a\"")) {
            assertThat(either.passes(none)).isFalse();
        }
        assertThat(either.passes("[".repeat(100_000))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "5",
                "{\"a\":1}",
                "{\"a\":[]}",
                "{\"a\":[{\"no-such\":1}]}",
                "{\"a\":[{\"numeric\":[\"?\",1]}]}",
                "{\"a\":[{\"cidr\":\"no\"}]}",
                "{\"a\":",
                "{\"a\":[{\"wildcard\":\"**\"}]}"
            })
    void refusesWhatIsNoPattern(String pattern) {
        assertThatThrownBy(() -> EventFilter.of(List.of(pattern)))
                .isInstanceOf(EventFilter.InvalidPatternException.class);
    }

    @Test
    void refusesWhatCostsTooMuch() {
        assertThatThrownBy(() -> EventFilter.of(List.of("{\"a\":[{\"wildcard\":\"" + "*a".repeat(200) + "\"}]}")))
                .isInstanceOf(EventFilter.InvalidPatternException.class);
    }
}
