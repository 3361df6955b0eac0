package dev.mayfly.invoker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.queue.QueueChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class ChangeLogTest {
    /** {@code max.request.size} of the producer and {@code max.message.bytes} of the topic. */
    private static final int MOST_BYTES = 2_097_152;

    private final MockProducer<String, byte[]> kafka =
            new MockProducer<>(false, null, new StringSerializer(), new ByteArraySerializer());
    private final ChangeLog changes = new ChangeLog(new EventPublisher(kafka), "invoker-1");

    private static QueueChange failure(String requestId, String detail) {
        var now = Instant.EPOCH;
        return new QueueChange(
                requestId,
                "000000000000",
                "function",
                "$LATEST",
                QueueChange.Kind.DELAYED,
                2,
                0,
                now,
                now,
                now,
                "FunctionError",
                detail);
    }

    private List<CompletableFuture<Void>> gather(int count, String detail) {
        return IntStream.range(0, count)
                .mapToObj(number -> changes.tell(failure("request-" + number, detail)))
                .toList();
    }

    private List<QueueChange.Batch> takeAll() {
        while (kafka.completeNext()) {
            assertThat(kafka.history().getLast().value()).hasSizeLessThan(MOST_BYTES / 2 + 10_000);
        }
        var batches = new ArrayList<QueueChange.Batch>();
        kafka.history().forEach(told -> batches.add(Json.read(told.value(), QueueChange.Batch.class)));
        return batches;
    }

    @Test
    void whatGathersWhileKafkaIsAwayTravelsInRecordsThatItTakes() {
        for (String detail : List.of("\u0001".repeat(1024), "\u4e2d".repeat(1024))) {
            kafka.clear();
            var told = gather(1000, detail);
            var batches = takeAll();
            assertThat(told).allMatch(CompletableFuture::isDone);
            assertThat(batches.stream().flatMap(batch -> batch.changes().stream()))
                    .hasSize(1000)
                    .allMatch(change -> detail.equals(change.detail()));
        }
    }

    @Test
    void shortChangesShareARecord() {
        var told = gather(1001, "TimeoutException");
        assertThat(takeAll()).hasSize(2);
        assertThat(told).allMatch(CompletableFuture::isDone);
    }

    @Test
    void noTextIsSoLongThatItTakesOthersDown() {
        gather(1, "first");
        var huge = changes.tell(failure("huge", "x".repeat(3_000_000)));
        var other = changes.tell(failure("other", "y"));
        var batches = takeAll();
        assertThat(huge).isCompleted();
        assertThat(other).isCompleted();
        assertThat(batches.getLast().changes())
                .extracting(QueueChange::requestId)
                .containsExactly("huge", "other");
        assertThat(batches.getLast().changes().getFirst().detail()).isEqualTo("x".repeat(1024));
    }
}
