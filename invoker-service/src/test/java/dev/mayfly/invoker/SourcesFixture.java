package dev.mayfly.invoker;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.EventSource;
import dev.mayfly.testing.TestKafka;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import tools.jackson.databind.JsonNode;

/** One invoker over a real broker, and what event sources are made of. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
@SuppressWarnings("NullAway.Init") // Set before all tests.
abstract class SourcesFixture {
    static final Duration LIMIT = Duration.ofSeconds(30);
    static final String ACCOUNT = InvokerUnderTest.ACCOUNT;

    private final List<String> mappings = new ArrayList<>();
    private KafkaProducer<String, String> producer;
    InvokerUnderTest invoker;
    Admin admin;

    String[] settings() {
        return new String[] {
            "--mayfly.invoker.queue.group=" + getClass().getSimpleName(),
            "--mayfly.invoker.sources.back-off=50ms",
            "--mayfly.invoker.sources.longest-back-off=200ms",
            "--mayfly.invoker.sources.session=6s"
        };
    }

    @BeforeAll
    void begin() throws Exception {
        admin = Admin.create(Map.of("bootstrap.servers", TestKafka.bootstrapServers()));
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", TestKafka.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer());
        invoker = new InvokerUnderTest(settings());
    }

    @AfterAll
    void end() {
        mappings.forEach(id ->
                invoker.publisher.publishTombstone(Topics.EVENT_SOURCES, id).join());
        invoker.close();
        producer.close();
        admin.close();
    }

    String topic(String stem, int partitions) throws ExecutionException, InterruptedException {
        String name = ACCOUNT + "." + stem;
        admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                .all()
                .get();
        return name;
    }

    void produce(String topic, int partition, String... values) throws Exception {
        for (String value : values) {
            producer.send(new ProducerRecord<>(topic, partition, null, value)).get();
        }
    }

    static EventSource.Failures failures(
            @Nullable Integer retries, boolean bisect, boolean items, @Nullable String onFailure) {
        return new EventSource.Failures(retries, null, bisect, items, onFailure);
    }

    String map(
            String function, String topic, int batch, int window, List<String> filters, EventSource.Failures failures) {
        return map(function, topic, EventSource.StartingPosition.TRIM_HORIZON, batch, window, filters, failures);
    }

    String map(
            String function,
            String topic,
            EventSource.StartingPosition position,
            int batch,
            int window,
            List<String> filters,
            EventSource.Failures failures) {
        String id = UUID.randomUUID().toString();
        tell(source(id, function, topic, position, batch, window, filters, failures));
        return id;
    }

    /** A mapping to a function that the registry has. */
    EventSource.KafkaTopic source(
            String id,
            String function,
            String topic,
            EventSource.StartingPosition position,
            int batch,
            int window,
            List<String> filters,
            EventSource.Failures failures) {
        invoker.register(function);
        return new EventSource.KafkaTopic(
                id,
                ACCOUNT,
                1,
                new EventSource.Target(function, null),
                true,
                List.of(TestKafka.bootstrapServers()),
                topic,
                group(id),
                position,
                null,
                batch,
                window,
                filters,
                failures);
    }

    static String group(String id) {
        return ACCOUNT + "." + id;
    }

    ConsumerGroupDescription members(String group) throws ExecutionException, InterruptedException {
        return admin.describeConsumerGroups(List.of(group)).all().get().get(group);
    }

    void tell(EventSource source) {
        mappings.add(source.id());
        invoker.publish(Topics.EVENT_SOURCES, source.id(), source);
    }

    /** The values of the records in an event, in their order. */
    static List<String> values(String event) {
        var values = new ArrayList<String>();
        JsonNode records = Json.mapper().readTree(event).path("records");
        records.forEach(partition -> partition.forEach(each -> values.add(
                new String(Base64.getDecoder().decode(each.path("value").stringValue()), StandardCharsets.UTF_8))));
        return values;
    }

    List<String> seen(InvokerUnderTest by, String function) {
        return by.host.runsOf(function).stream()
                .flatMap(run -> values(run.event()).stream())
                .toList();
    }
}
