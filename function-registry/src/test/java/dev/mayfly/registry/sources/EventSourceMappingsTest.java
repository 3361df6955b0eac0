package dev.mayfly.registry.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.EventSource;
import dev.mayfly.contracts.function.SourceReport;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.testing.TestKafka;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.EndPointType;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;
import software.amazon.awssdk.services.lambda.model.FunctionResponseType;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;

/** Event source mappings, as clients see them and as invokers hear of them. */
class EventSourceMappingsTest extends SourcesFixture {
    private static final String FUNCTION = "consumer";
    private static final String PATH = "/2015-03-31/event-source-mappings";

    EventSourceMappingsTest() {
        super(FUNCTION);
    }

    private static CreateEventSourceMappingRequest.Builder kafka(String topic) {
        return CreateEventSourceMappingRequest.builder()
                .functionName(FUNCTION)
                .topics(topic)
                .startingPosition(EventSourcePosition.TRIM_HORIZON)
                .selfManagedEventSource(source -> source.endpoints(
                        Map.of(EndPointType.KAFKA_BOOTSTRAP_SERVERS, List.of(TestKafka.bootstrapServers()))));
    }

    private void report(String id, SourceReport report) {
        var answer = send("POST", SourceReport.path(id), Json.bytes(report), serviceVoucher());
        assertThat(answer.statusCode()).isEqualTo(204);
    }

    @Test
    void anAccountHasAsManyMappingsAsItMay() {
        String account = "222233334444";
        try (var other = lambda(account, Role.DEPLOYER)) {
            other.createFunction(
                    node(FUNCTION).role("arn:aws:iam::" + account + ":role/any").build());
            String first = other.createEventSourceMapping(kafka(account + ".t0").build())
                    .uuid();
            for (int number = 1; number < 100; number++) {
                other.createEventSourceMapping(
                        kafka(account + ".t" + number).enabled(false).build());
            }
            var oneMore = kafka(account + ".one-more").build();
            assertThatThrownBy(() -> other.createEventSourceMapping(oneMore))
                    .isInstanceOf(InvalidParameterValueException.class)
                    .hasMessageContaining("at most 100 event source mappings");
            other.deleteEventSourceMapping(request -> request.uuid(first));
            assertThat(other.createEventSourceMapping(oneMore).uuid()).isNotEmpty();
        }
    }

    @Test
    void aMappingOfATopicLives() {
        String topic = ACCOUNT + ".life";
        var created = lambda.createEventSourceMapping(kafka(topic)
                .batchSize(7)
                .maximumBatchingWindowInSeconds(2)
                .filterCriteria(criteria -> criteria.filters(filter -> filter.pattern("{\"value\":{\"a\":[1]}}")))
                .functionResponseTypes(FunctionResponseType.REPORT_BATCH_ITEM_FAILURES)
                .maximumRetryAttempts(3)
                .destinationConfig(config -> config.onFailure(failure -> failure.destination("arn:aws:s3:::failed")))
                .tags(Map.of("team", "red"))
                .build());
        String id = created.uuid();
        assertThat(created.sdkHttpResponse().statusCode()).isEqualTo(202);
        assertThat(created.state()).isEqualTo("Creating");
        assertThat(created.functionArn()).isEqualTo(ARN + FUNCTION);
        assertThat(created.eventSourceMappingArn())
                .isEqualTo("arn:aws:lambda:us-east-1:" + ACCOUNT + ":event-source-mapping:" + id);
        assertThat(created.selfManagedKafkaEventSourceConfig().consumerGroupId())
                .isEqualTo(id);
        assertThat(created.lastModified()).isBetween(Instant.now().minusSeconds(60), Instant.now());
        await().atMost(Duration.ofSeconds(10)).until(() -> published.containsKey(id));
        assertThat(published.get(id).orElseThrow()).isInstanceOfSatisfying(EventSource.KafkaTopic.class, source -> {
            assertThat(source.topic()).isEqualTo(topic);
            assertThat(source.consumerGroup()).isEqualTo(ACCOUNT + "." + id);
            assertThat(source.batchSize()).isEqualTo(7);
            assertThat(source.windowMillis()).isEqualTo(2000);
            assertThat(source.failures())
                    .isEqualTo(new EventSource.Failures(3, null, false, true, "arn:aws:s3:::failed"));
        });

        report(id, new SourceReport(1, SourceReport.Phase.READING, "OK"));
        var enabled = lambda.getEventSourceMapping(request -> request.uuid(id));
        assertThat(enabled.state()).isEqualTo("Enabled");
        assertThat(enabled.lastProcessingResult()).isEqualTo("OK");

        var disabling = lambda.updateEventSourceMapping(
                request -> request.uuid(id).enabled(false).batchSize(9).filterCriteria(none -> {}));
        assertThat(disabling.state()).isEqualTo("Disabling");
        assertThat(disabling.batchSize()).isEqualTo(9);
        assertThat(disabling.maximumRetryAttempts()).isEqualTo(3);
        assertThat(disabling.filterCriteria()).isNull();
        report(id, new SourceReport(1, SourceReport.Phase.READING, "old news"));
        assertThat(lambda.getEventSourceMapping(request -> request.uuid(id)).state())
                .isEqualTo("Disabling");
        report(id, new SourceReport(2, SourceReport.Phase.STOPPED, null));
        assertThat(lambda.getEventSourceMapping(request -> request.uuid(id)).state())
                .isEqualTo("Disabled");

        String arn = created.eventSourceMappingArn();
        lambda.tagResource(request -> request.resource(arn).tags(Map.of("cost", "1")));
        assertThat(lambda.listTags(request -> request.resource(arn)).tags())
                .containsExactlyInAnyOrderEntriesOf(Map.of("team", "red", "cost", "1"));

        assertThat(lambda.deleteEventSourceMapping(request -> request.uuid(id)).state())
                .isEqualTo("Deleting");
        assertThatThrownBy(() -> lambda.getEventSourceMapping(request -> request.uuid(id)))
                .isInstanceOf(ResourceNotFoundException.class);
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(published.get(id)).isEmpty());
    }

    @Test
    void aMappingWhoseFunctionIsGoneIsDisabled() {
        lambda.createFunction(node("short-lived").build());
        String id = lambda.createEventSourceMapping(
                        kafka(ACCOUNT + ".gone").functionName("short-lived").build())
                .uuid();
        report(id, new SourceReport(1, SourceReport.Phase.FUNCTION_GONE, null));
        assertThat(lambda.getEventSourceMapping(request -> request.uuid(id)).state())
                .as("the function is there, whatever a report says")
                .isEqualTo("Creating");
        lambda.deleteFunction(request -> request.functionName("short-lived"));
        report(id, new SourceReport(1, SourceReport.Phase.FUNCTION_GONE, null));
        var disabled = lambda.getEventSourceMapping(request -> request.uuid(id));
        assertThat(disabled.state()).isEqualTo("Disabling");
        assertThat(disabled.stateTransitionReason()).contains("does not exist");
        lambda.deleteEventSourceMapping(request -> request.uuid(id));
    }

    @Test
    void listsByFunctionAndSourceInPages() {
        var ids = List.of(1, 2, 3).stream()
                .map(n -> lambda.createEventSourceMapping(
                                kafka(ACCOUNT + ".list" + n).build())
                        .uuid())
                .toList();
        var bucket = lambda.createEventSourceMapping(
                request -> request.functionName(FUNCTION).eventSourceArn("arn:aws:s3:::photos"));
        assertThat(lambda.listEventSourceMappingsPaginator(
                                request -> request.functionName(FUNCTION).maxItems(1))
                        .eventSourceMappings())
                .extracting(mapping -> mapping.uuid())
                .containsAll(ids)
                .contains(bucket.uuid());
        assertThat(lambda.listEventSourceMappings(request -> request.eventSourceArn("arn:aws:s3:::photos"))
                        .eventSourceMappings())
                .singleElement()
                .satisfies(mapping -> assertThat(mapping.uuid()).isEqualTo(bucket.uuid()));
        assertThat(lambda.listEventSourceMappings(request -> request.functionName("another"))
                        .eventSourceMappings())
                .isEmpty();
        assertThatThrownBy(() -> lambda.createEventSourceMapping(
                        kafka(ACCOUNT + ".list1").build()))
                .isInstanceOf(ResourceConflictException.class)
                .hasMessageContaining(ids.getFirst());
        assertThatThrownBy(() -> lambda.createEventSourceMapping(kafka(ACCOUNT + ".other")
                        .selfManagedKafkaEventSourceConfig(config -> config.consumerGroupId(ids.getFirst()))
                        .build()))
                .isInstanceOf(ResourceConflictException.class);
        try (var stranger = lambda("111111111111", Role.OWNER)) {
            assertThatThrownBy(() -> stranger.getEventSourceMapping(request -> request.uuid(bucket.uuid())))
                    .isInstanceOf(ResourceNotFoundException.class);
            assertThat(stranger.listEventSourceMappings().eventSourceMappings()).isEmpty();
            String marker = lambda.listEventSourceMappings(request -> request.maxItems(1))
                    .nextMarker();
            for (String foreign : List.of(marker, bucket.uuid(), "no marker", ".")) {
                assertThatThrownBy(() -> stranger.listEventSourceMappings(request -> request.marker(foreign)))
                        .isInstanceOf(InvalidParameterValueException.class)
                        .hasMessageContaining("is none that an earlier answer gave as NextMarker");
            }
            String changed = (marker.startsWith("A") ? "B" : "A") + marker.substring(1);
            assertThatThrownBy(() -> lambda.listEventSourceMappings(request -> request.marker(changed)))
                    .isInstanceOf(InvalidParameterValueException.class);
        }
        assertThat(send("GET", PATH + "/?MaxItems=many", "").statusCode()).isEqualTo(400);
        assertThat(send("GET", PATH + "/?MaxItems=10001", "").statusCode()).isEqualTo(400);
        assertThat(send("GET", PATH + "/?EventSourceArn=arn:aws:s3:::a%00", "").statusCode())
                .isEqualTo(400);
        ids.forEach(id -> lambda.deleteEventSourceMapping(request -> request.uuid(id)));
        lambda.deleteEventSourceMapping(request -> request.uuid(bucket.uuid()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "identity.access-keys",
                "usage.events",
                "function.invocations",
                "111111111111.theirs",
                "plain",
                "__consumer_offsets"
            })
    void onlyItsOwnTopicsMayBeReadFromMayflysBroker(String topic) {
        assertThatThrownBy(() -> lambda.createEventSourceMapping(kafka(topic).build()))
                .isInstanceOf(LambdaException.class)
                .satisfies(failure -> assertThat(
                                ((LambdaException) failure).awsErrorDetails().errorCode())
                        .isEqualTo("InvalidParameterValueException"));
    }

    private void refused(UnaryOperator<CreateEventSourceMappingRequest.Builder> change, String code) {
        assertThatThrownBy(() -> lambda.createEventSourceMapping(
                        change.apply(kafka(ACCOUNT + ".refused")).build()))
                .isInstanceOfSatisfying(
                        LambdaException.class,
                        failure -> assertThat(failure.awsErrorDetails().errorCode())
                                .as(failure.getMessage())
                                .isEqualTo(code));
    }

    @Test
    void refusesWhatAwsRefuses() {
        String invalid = "InvalidParameterValueException";
        String validation = "ValidationException";
        refused(b -> b.batchSize(0), validation);
        refused(b -> b.batchSize(10_001), validation);
        refused(b -> b.maximumBatchingWindowInSeconds(301), validation);
        refused(b -> b.maximumRetryAttempts(10_001), validation);
        refused(b -> b.maximumRecordAgeInSeconds(59), invalid);
        refused(b -> b.parallelizationFactor(2), invalid);
        refused(b -> b.tumblingWindowInSeconds(5), invalid);
        refused(b -> b.startingPosition((String) null), invalid);
        refused(b -> b.startingPosition("NOWHERE"), validation);
        refused(b -> b.startingPosition(EventSourcePosition.AT_TIMESTAMP), invalid);
        refused(b -> b.startingPositionTimestamp(Instant.now()), invalid);
        refused(b -> b.topics("a", "b"), invalid);
        refused(b -> b.functionName("no-such"), "ResourceNotFoundException");
        refused(b -> b.functionName(FUNCTION + ":7"), "ResourceNotFoundException");
        refused(b -> b.kmsKeyArn("arn:aws:kms:us-east-1:" + ACCOUNT + ":key/1"), invalid);
        refused(b -> b.queues("q"), invalid);
        refused(
                b -> b.sourceAccessConfigurations(
                        access -> access.type("BASIC_AUTH").uri("arn:x")),
                invalid);
        refused(b -> b.filterCriteria(c -> c.filters(f -> f.pattern("{\"a\":1}"))), invalid);
        refused(
                b -> b.filterCriteria(c -> c.filters(java.util.Collections.nCopies(
                        6,
                        software.amazon.awssdk.services.lambda.model.Filter.builder()
                                .pattern("{\"a\":[1]}")
                                .build()))),
                invalid);
        refused(
                b -> b.destinationConfig(c -> c.onFailure(f -> f.destination("arn:aws:sqs:us-east-1:1:q"))),
                validation);
        refused(
                b -> b.destinationConfig(c -> c.onFailure(f -> f.destination("kafka://identity.access-keys"))),
                invalid);
        refused(
                b -> b.destinationConfig(c -> c.onFailure(f -> f.destination("kafka://" + ACCOUNT + ".refused"))),
                invalid);
        refused(
                b -> b.selfManagedEventSource(
                        s -> s.endpoints(Map.of(EndPointType.KAFKA_BOOTSTRAP_SERVERS, List.of("169.254.169.254:80")))),
                invalid);
        refused(b -> b.selfManagedEventSource(s -> s.endpoints(Map.of())), invalid);
        refused(b -> b.eventSourceArn("arn:aws:s3:::b"), invalid);
    }

    @ParameterizedTest
    @CsvSource({"sqs,SQS", "kinesis,Kinesis", "dynamodb,DynamoDB", "kafka,MSK", "mq,MQ", "rds,DocumentDB"})
    void refusesOtherSourcesByName(String service, String name) {
        assertThatThrownBy(() -> lambda.createEventSourceMapping(request -> request.functionName(FUNCTION)
                        .eventSourceArn("arn:aws:" + service + ":us-east-1:" + ACCOUNT + ":thing/it")))
                .isInstanceOf(LambdaException.class)
                .hasMessageContaining(name)
                .hasMessageContaining("not supported");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{\"FunctionName\":5}",
                "{\"FunctionName\":\"consumer\",\"BatchSize\":\"many\"}",
                "{\"FunctionName\":\"consumer\",\"BatchSize\":99999999999999999999}",
                "{\"FunctionName\":\"consumer\",\"Topics\":\"t\",\"SelfManagedEventSource\":{}}",
                "{\"FunctionName\":\"consumer\",\"Topics\":[null],\"SelfManagedEventSource\":{\"Endpoints\":{\"KAFKA_BOOTSTRAP_SERVERS\":[null]}}}",
                "{\"FunctionName\":\"consumer\",\"EventSourceArn\":\"arn:aws:s3:::b\",\"FilterCriteria\":{\"Filters\":[null]}}",
                "{\"FunctionName\":\"consumer\",\"EventSourceArn\":\"x\"}",
                "{\"FunctionName\":\"consumer\",\"EventSourceArn\":\"arn:aws:s3:::b\",\"Topics\":[\"t\"]}",
                "{\"FunctionName\":\"consumer\",\"EventSourceArn\":\"arn:aws:s3:::b\",\"ParallelizationFactor\":5}",
                "{\"FunctionName\":\"consumer\",\"EventSourceArn\":\"arn:aws:s3:::b\",\"SelfManagedKafkaEventSourceConfig\":{\"ConsumerGroupId\":\"g\"}}",
                "{\"FunctionName\":\"consumer\"}"
            })
    void malformedRequestsAreAnswered400(String body) {
        assertThat(send("POST", PATH, body).statusCode()).isEqualTo(400);
    }

    @Test
    void onlyServicesReport() {
        var answer =
                send("POST", SourceReport.path(UUID.randomUUID().toString()), "{\"revision\":1,\"phase\":\"STOPPED\"}");
        assertThat(answer.statusCode()).isEqualTo(403);
    }
}
