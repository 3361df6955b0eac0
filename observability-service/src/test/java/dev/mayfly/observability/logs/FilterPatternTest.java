package dev.mayfly.observability.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterPatternTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "ERROR; an ERROR here; true",
                "ERROR; an error here; false",
                "one two; two and one; true",
                "one -two; one and two; false",
                "?one ?two; only two; true",
                "?one ?two; three; false",
                "\"of course\"; well, of course; true",
                "{ $.level = \"ERROR\" }; {\"level\":\"ERROR\"}; true",
                "{ $.level = \"ERR*\" && $.status >= 500 }; {\"level\":\"ERROR\",\"status\":503}; true",
                "{ $.level = \"ERROR\" }; ERROR; false",
                "{ ($.a.b[0] = 1) || ($.c IS NULL) }; {\"a\":{\"b\":[1]}}; true",
                "{ $.a NOT EXISTS }; {\"b\":1}; true",
                "{ $.a != 3 }; {\"a\":4}; true",
                "{ $.a IS TRUE }; {\"a\":false}; false"
            })
    void matchesAsDocumented(String pattern, String message, boolean expected) {
        assertThat(FilterPattern.of(pattern).test(message)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"open",
                "a-b:c",
                "-",
                "[a, b]",
                "%x%",
                "{ $.a",
                "{ a = 1 }",
                "{ $.a ~ 1 }",
                "{ $.a = }",
                "{ ($.a = 1 }",
                "{ $.a > x }",
                "{ $.a = 1 $.b = 2 }",
                "{ $.a[x] = 1 }",
                "{}"
            })
    void whatIsNoPatternIsRefused(String pattern) {
        assertThatThrownBy(() -> FilterPattern.of(pattern)).isInstanceOf(FilterPattern.InvalidPatternException.class);
    }
}
