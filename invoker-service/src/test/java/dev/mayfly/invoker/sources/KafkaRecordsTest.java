package dev.mayfly.invoker.sources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.triggers.EventFilter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaRecordsTest {
    private static ConsumerRecord<byte[], byte[]> kafka(long offset, String key, String value) {
        var headers = new RecordHeaders();
        headers.add("h", new byte[] {104, -1});
        return new ConsumerRecord<>(
                "t",
                0,
                offset,
                1_545_084_650_987L,
                TimestampType.CREATE_TIME,
                0,
                0,
                key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                value == null ? null : value.getBytes(StandardCharsets.UTF_8),
                headers,
                Optional.empty());
    }

    private static final List<ConsumerRecord<byte[], byte[]>> BATCH =
            LongStream.range(10, 15).mapToObj(n -> kafka(n, "k", "{}")).toList();

    @Test
    void theEventIsAsAwsDocumentsIt() {
        String event = new String(
                KafkaRecords.event(List.of("a:1", "b:2"), List.of(kafka(15, "abc", "Hello"), kafka(16, null, null))),
                StandardCharsets.UTF_8);
        assertThat(event)
                .isEqualTo(
                        "{\"eventSource\":\"SelfManagedKafka\",\"bootstrapServers\":\"a:1,b:2\",\"records\":{\"t-0\":["
                                + "{\"topic\":\"t\",\"partition\":0,\"offset\":15,\"timestamp\":1545084650987,"
                                + "\"timestampType\":\"CREATE_TIME\",\"key\":\"YWJj\",\"value\":\"SGVsbG8=\","
                                + "\"headers\":[{\"h\":[104,-1]}]},"
                                + "{\"topic\":\"t\",\"partition\":0,\"offset\":16,\"timestamp\":1545084650987,"
                                + "\"timestampType\":\"CREATE_TIME\",\"headers\":[{\"h\":[104,-1]}]}]}}");
        assertThat(KafkaRecords.eventBytes(kafka(15, "abc", "Hello")) + KafkaRecords.eventBytes(kafka(16, null, null)))
                .isGreaterThan(event.length() - 120);
    }

    @Test
    void filtersSeeJsonAsJsonAndTextAsText() {
        assertThat(KafkaRecords.filtered(kafka(1, "k", "{\"a\":1}"))).contains("\"value\":{\"a\":1}", "\"key\":\"k\"");
        assertThat(KafkaRecords.filtered(kafka(1, "k", "{broken"))).contains("\"value\":\"{broken\"");
        assertThat(KafkaRecords.filtered(kafka(1, "k", "INSERT"))).contains("\"value\":\"INSERT\"");
        assertThat(KafkaRecords.filtered(kafka(1, "k", "[".repeat(5000)))).contains("\"value\":\"[[");
    }

    private static OptionalInt failed(String answer) {
        return KafkaRecords.firstFailed(answer.getBytes(StandardCharsets.UTF_8), BATCH);
    }

    private static String item(long offset) {
        return "{\"itemIdentifier\":{\"partition\":\"t-0\",\"offset\":" + offset + "}}";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "{}",
                "5",
                "\"text\"",
                "[]",
                "{\"batchItemFailures\":[]}",
                "{\"batchItemFailures\":null}"
            })
    void noFailureIsSuccess(String answer) {
        assertThat(failed(answer)).isEmpty();
    }

    @Test
    void theFirstFailureCounts() {
        assertThat(failed("{\"batchItemFailures\":[" + item(13) + "," + item(12) + "]}"))
                .hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"batchItemFailures\":5}",
                "{\"batchItemFailures\":[null]}",
                "{\"batchItemFailures\":[{}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":\"\"}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":{\"partition\":\"u-0\",\"offset\":12}}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":{\"partition\":\"t-0\",\"offset\":99}}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":{\"partition\":\"t-0\",\"offset\":\"12\"}}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":{\"partition\":\"t-0\",\"offset\":1e99}}]}"
            })
    void whatCannotBeUnderstoodIsTheFailureOfAll(String answer) {
        assertThat(failed(answer)).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {499, 500, 501, 999, 1000, 100_000})
    void howeverDeepAValueIsFiltersCanLookAtTheRecord(int levels) throws Exception {
        String filtered = KafkaRecords.filtered(kafka(10, "k", "[".repeat(levels) + "]".repeat(levels)));
        assertThat(EventFilter.of(List.of("{\"key\":[\"k\"]}")).passes(filtered))
                .isTrue();
        assertThat(EventFilter.of(List.of("{\"value\":{\"a\":[1]}}")).passes(filtered))
                .isFalse();
    }
}
