package dev.mayfly.invoker.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionReferenceTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "hello,-,-,hello,-",
                "hello:$LATEST,-,-,hello,$LATEST",
                "hello:7,-,-,hello,7",
                "function:hello,-,-,hello,-",
                "123456789012:function:hello,-,123456789012,hello,-",
                "123456789012:function:hello:live,-,123456789012,hello,live",
                "arn:aws:lambda:us-east-1:123456789012:function:hello,us-east-1,123456789012,hello,-",
                "arn:aws:lambda:us-gov-west-1:123456789012:function:hello:$LATEST,us-gov-west-1,123456789012,hello,$LATEST",
                "arn:aws-cn:lambda:cn-north-1:123456789012:function:a_b-C9:3,cn-north-1,123456789012,a_b-C9,3"
            })
    void readsEveryFormThatAwsAccepts(String named, String region, String account, String name, String qualifier)
            throws Exception {
        assertThat(FunctionReference.parse(named)).isEqualTo(new FunctionReference(region, account, name, qualifier));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no spaces",
                "a/b",
                "hello:",
                "hello:a:b",
                "arn:aws:s3:::bucket",
                "arn:aws:lambda:us-east-1:hello",
                "arn:aws:lambda:us-east-1:123456789012:layer:hello",
                "12345:function:hello",
                "hell\u00f6",
                "..",
                "$LATEST"
            })
    void refusesTheRestAsAwsDoes(String named) {
        assertThatThrownBy(() -> FunctionReference.parse(named))
                .isInstanceOf(FunctionReference.MalformedException.class)
                .hasMessageStartingWith("1 validation error detected: Value '" + named + "' at 'functionName'");
    }

    @Test
    void namesHaveAtMost64Characters() throws Exception {
        assertThat(FunctionReference.parse("f".repeat(64)).name()).hasSize(64);
        assertThatThrownBy(() -> FunctionReference.parse("f".repeat(65))).isInstanceOf(Exception.class);
        assertThatThrownBy(() -> FunctionReference.parse("f".repeat(100_000)))
                .satisfies(refusal -> assertThat(refusal.getMessage()).hasSizeLessThan(1000));
    }

    @Test
    void arnHasTheCallersAccountUnlessOneWasNamed() throws Exception {
        assertThat(FunctionReference.parse("hello").arn("us-east-1", "000000000000"))
                .isEqualTo("arn:aws:lambda:us-east-1:000000000000:function:hello");
        assertThat(FunctionReference.parse("123456789012:function:hello:9").arn("us-east-1", "000000000000"))
                .isEqualTo("arn:aws:lambda:us-east-1:123456789012:function:hello:9");
    }
}
