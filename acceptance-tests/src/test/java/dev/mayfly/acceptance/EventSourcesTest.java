package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.s3.S3Client;

/** Topics, buckets and schedules invoke real functions of the running suite. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EventSourcesTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int KAFKA_OFFSET = 10;

    /** Says what it got, and that records that hold "poison" failed. */
    private static final String TELLING = """
            exports.handler = async (event) => {
              const records = Object.values(event.records || {}).flat();
              const values = records.map(r => Buffer.from(r.value, 'base64').toString());
              console.log('got ' + (event.records ? values.join(',') : JSON.stringify(event)));
              return { batchItemFailures: records.filter((r, i) => values[i].includes('poison'))
                .map(r => ({ itemIdentifier: { partition: r.topic + '-' + r.partition, offset: r.offset } })) };
            };
            """;

    private final RunningSuite suite = RunningSuite.get();
    private final String kafka = "127.0.0.1:" + (suite.internalPortBase() + KAFKA_OFFSET);
    private final String topic = RunningSuite.ACCOUNT + "." + FunctionFixtures.uniqueName("orders");
    private final String function = FunctionFixtures.uniqueName("telling");
    private final String bucket = FunctionFixtures.uniqueName("sources");
    private final LambdaClient lambda = suite.lambda();
    private final S3Client s3 = suite.s3();

    @BeforeAll
    void deploy() throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        }
        FunctionFixtures.deploy(lambda, FunctionFixtures.nodeSource(function, TELLING));
        s3.createBucket(request -> request.bucket(bucket));
    }

    @AfterAll
    void close() {
        lambda.deleteFunction(request -> request.functionName(function));
        lambda.close();
        s3.close();
    }

    /** What the function has said so far, as it stands on Kafka. */
    private List<String> said() {
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka, "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            var partitions = consumer.partitionsFor("function.logs").stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            var said = new ArrayList<String>();
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(200)).forEach(line -> {
                    if (line.key().contains(function) && line.value().contains("got ")) {
                        said.add(line.value());
                    }
                });
            }
            return said;
        }
    }

    private void awaitSaid(String text) {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> assertThat(said()).anyMatch(line -> line.contains(text)));
    }

    private String aws(String... arguments) {
        var command = new ArrayList<>(List.of(arguments));
        command.addFirst("aws");
        var ran = suite.client(Duration.ofMinutes(1), command.toArray(String[]::new));
        assertThat(ran.exitCode()).as("%s%n%s", command, ran.output()).isZero();
        return ran.output();
    }

    @Test
    void aTopicInvokesAFunction() {
        String uuid = aws(
                        "lambda",
                        "create-event-source-mapping",
                        "--function-name",
                        function,
                        "--topics",
                        topic,
                        "--starting-position",
                        "TRIM_HORIZON",
                        "--batch-size",
                        "3",
                        "--maximum-batching-window-in-seconds",
                        "1",
                        "--maximum-retry-attempts",
                        "1",
                        "--function-response-types",
                        "ReportBatchItemFailures",
                        "--filter-criteria",
                        "{\"Filters\":[{\"Pattern\":\"{\\\"value\\\":[{\\\"anything-but\\\":\\\"noise\\\"}]}\"}]}",
                        "--destination-config",
                        "{\"OnFailure\":{\"Destination\":\"arn:aws:s3:::" + bucket + "\"}}",
                        "--self-managed-event-source",
                        "{\"Endpoints\":{\"KAFKA_BOOTSTRAP_SERVERS\":[\"" + kafka + "\"]}}",
                        "--query",
                        "UUID",
                        "--output",
                        "text")
                .strip();
        await().atMost(LIMIT)
                .until(() -> lambda.getEventSourceMapping(request -> request.uuid(uuid))
                        .state()
                        .equals("Enabled"));
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka), new StringSerializer(), new StringSerializer())) {
            for (String value : List.of("one", "noise", "two", "poison", "three", "four")) {
                producer.send(new ProducerRecord<>(topic, "k", value));
            }
        }
        awaitSaid("four");
        assertThat(said()).noneMatch(line -> line.contains("noise"));
        String prefix = "aws/lambda/" + uuid + "/" + topic + "-0/";
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(s3.listObjectsV2(
                                        request -> request.bucket(bucket).prefix(prefix))
                                .contents())
                        .hasSize(1));
        var failed = s3.listObjectsV2(request -> request.bucket(bucket).prefix(prefix))
                .contents();
        String document = s3.getObjectAsBytes(
                        request -> request.bucket(bucket).key(failed.getFirst().key()))
                .asString(StandardCharsets.UTF_8);
        assertThat(document).contains("\"condition\":\"RetryAttemptsExhausted\"", "\"firstRecordOffset\":\"3\"");
        assertThat(aws("lambda", "list-event-source-mappings", "--function-name", function))
                .contains(uuid, "\"LastProcessingResult\"");
        aws("lambda", "update-event-source-mapping", "--uuid", uuid, "--no-enabled");
        await().atMost(LIMIT)
                .until(() -> lambda.getEventSourceMapping(request -> request.uuid(uuid))
                        .state()
                        .equals("Disabled"));
        aws("lambda", "delete-event-source-mapping", "--uuid", uuid);
    }

    @Test
    void mayflysOwnTopicsAndNetworkAreClosed() {
        for (String own : List.of("identity.access-keys", "usage.events", "111111111111.theirs")) {
            assertThatThrownBy(() -> map(kafka, own)).isInstanceOf(LambdaException.class);
        }
        assertThatThrownBy(() -> map("127.0.0.1:22", "any"))
                .isInstanceOf(LambdaException.class)
                .hasMessageContaining("not a public address");
    }

    private void map(String server, String named) {
        lambda.createEventSourceMapping(request -> request.functionName(function)
                .topics(named)
                .startingPosition("LATEST")
                .selfManagedEventSource(
                        source -> source.endpointsWithStrings(Map.of("KAFKA_BOOTSTRAP_SERVERS", List.of(server)))));
    }

    @Test
    void anObjectInvokesAFunction() {
        String uuid = lambda.createEventSourceMapping(request -> request.functionName(function)
                        .eventSourceArn("arn:aws:s3:::" + bucket)
                        .filterCriteria(criteria -> criteria.filters(
                                filter -> filter.pattern("{\"s3\":{\"object\":{\"key\":[{\"prefix\":\"in/\"}]}}}"))))
                .uuid();
        await().atMost(LIMIT)
                .until(() -> lambda.getEventSourceMapping(request -> request.uuid(uuid))
                        .state()
                        .equals("Enabled"));
        s3.putObject(request -> request.bucket(bucket).key("out/other.txt"), RequestBody.fromString("x"));
        s3.putObject(request -> request.bucket(bucket).key("in/photo.txt"), RequestBody.fromString("x"));
        awaitSaid("in/photo.txt");
        assertThat(said()).noneMatch(line -> line.contains("out/other.txt"));
        assertThat(said()).anyMatch(line -> line.contains("ObjectCreated:Put") && line.contains(uuid));
        lambda.deleteEventSourceMapping(request -> request.uuid(uuid));
    }

    @Test
    void aScheduleInvokesAFunction() {
        Instant soon = Instant.now().plusSeconds(4).truncatedTo(ChronoUnit.SECONDS);
        String name = FunctionFixtures.uniqueName("soon");
        var created = suite.own(
                "POST",
                "/v1/schedules",
                "{\"name\":\"" + name + "\",\"function\":\"" + function + "\",\"expression\":\"at("
                        + soon.toString().replace("Z", "") + ")\"}");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(created.body()).contains("\"nextTimes\":[\"" + soon + "\"]");
        awaitSaid("\"time\":\"" + soon + "\"");
        assertThat(said().stream().filter(line -> line.contains("Scheduled Event")))
                .hasSize(1);
        assertThat(suite.mayfly("schedules", "list").output()).contains(name, function);
        assertThat(suite.mayfly("schedules", "delete", name).exitCode()).isZero();
        assertThat(suite.own("GET", "/v1/schedules/" + name, "").statusCode()).isEqualTo(404);
        assertThat(suite.own("POST", "/v1/schedules", "{\"name\":\"x\"}")
                        .headers()
                        .firstValue("Content-Type"))
                .hasValue("application/problem+json");
        var refused = suite.mayfly("schedules", "create", name, "--function", function, "--at", "rate(0 minutes)");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.output()).contains("rate takes a whole number");
    }
}
