package dev.mayfly.objects.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.objects.testing.RunningStore;
import dev.mayfly.testing.TestKafka;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class NotificationsTest {
    private static final String TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0;Lineage=a87bd80c:3";

    private final RunningStore store = RunningStore.get();
    private final String bucket = store.bucket();
    private final String arn = store.registry().allow(RunningStore.BOB, "thumbs", bucket, RunningStore.ALICE);

    private static String rule(String id, String arn, String events, String filter) {
        var xml = new StringBuilder(
                "<CloudFunctionConfiguration><Id>" + id + "</Id><CloudFunction>" + arn + "</CloudFunction>");
        for (String event : events.split(" ")) {
            xml.append("<Event>").append(event).append("</Event>");
        }
        return xml + filter + "</CloudFunctionConfiguration>";
    }

    private static String filter(String name, String value) {
        return "<Filter><S3Key><FilterRule><Name>" + name + "</Name><Value>" + value
                + "</Value></FilterRule></S3Key></Filter>";
    }

    private RunningStore.Answer configure(String rules) {
        return store.put(
                        "/" + bucket + "?notification",
                        "<NotificationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + rules
                                + "</NotificationConfiguration>")
                .send();
    }

    @Test
    void changesNameTheFunctionThatIsToBeToldOfThem() throws InterruptedException {
        TopicCreation.ensureAll(TestKafka.bootstrapServers());
        List<CloudEvent> events = new CopyOnWriteArrayList<>();
        try (var tail = new TopicTail(
                TestKafka.bootstrapServers(),
                Topics.OBJECT_EVENTS,
                TopicTail.From.BEGINNING,
                received -> events.add(CloudEvent.from(received)))) {
            await().until(tail::isCaughtUp);
            store.put("/" + bucket + "/in/before.png", "x").send().expect(200);
            configure(rule("pngs", arn, "s3:ObjectCreated:* s3:ObjectRemoved:Delete", filter("suffix", ".png")))
                    .expect(200);
            store.put("/" + bucket + "/in/a%20%C3%A9.png", "four")
                    .header("X-Amzn-Trace-Id", TRACE)
                    .header("X-Mayfly-Source-Ip", "203.0.113.9")
                    .send()
                    .expect(200);
            store.put("/" + bucket + "/in/a.gif", "x").send().expect(200);
            store.call("DELETE", "/" + bucket + "/in/a%20%C3%A9.png").send().expect(204);
            configure("").expect(200);
            store.put("/" + bucket + "/in/after.png", "x").send().expect(200);
            await().atMost(Duration.ofSeconds(30)).until(() -> of(events).size() >= 5);
        }
        var told = of(events);
        assertThat(told)
                .extracting(event -> event.extensions().get("functionarn"))
                .containsExactly(null, arn, null, arn, null);
        var created = told.get(1);
        assertThat(created.extensions())
                .containsEntry("notification", "pngs")
                .containsEntry("trace", TRACE)
                .containsEntry("account", RunningStore.ALICE);
        JsonNode body = Json.mapper().readTree(created.data()).at("/Records/0");
        assertThat(body.at("/eventName").asString()).isEqualTo("ObjectCreated:Put");
        assertThat(body.at("/s3/object/key").asString()).isEqualTo("in/a+%C3%A9.png");
        assertThat(body.at("/s3/object/size").asLong()).isEqualTo(4);
        assertThat(body.at("/s3/object/eTag").asString()).hasSize(32);
        assertThat(body.at("/requestParameters/sourceIPAddress").asString()).isEqualTo("203.0.113.9");
        assertThat(body.at("/userIdentity/principalId").asString()).isEqualTo(RunningStore.ALICE);
        JsonNode removed = Json.mapper().readTree(told.get(3).data()).at("/Records/0");
        assertThat(removed.at("/s3/object/size").isMissingNode()).isTrue();
        assertThat(removed.at("/s3/object/sequencer").asString())
                .isGreaterThan(body.at("/s3/object/sequencer").asString());
    }

    private List<CloudEvent> of(List<CloudEvent> events) {
        return events.stream().filter(event -> bucket.equals(event.subject())).toList();
    }

    @Test
    void theConfigurationIsReadBackAndReplacedWhole() {
        store.get("/" + bucket + "?notification").send().expect(200);
        configure(rule("a", arn, "s3:ObjectCreated:Put", filter("prefix", "in/"))
                        + rule("b", arn, "s3:ObjectCreated:Put", filter("prefix", "out/")))
                .expect(200);
        var read = store.get("/" + bucket + "?notification").send().expect(200);
        assertThat(read.elements("Id")).containsExactly("a", "b");
        assertThat(read.elements("Value")).containsExactly("in/", "out/");
        assertThat(read.element("CloudFunction")).isEqualTo(arn);
        configure(rule("", arn, "s3:ObjectTagging:*", "")).expect(200);
        assertThat(store.get("/" + bucket + "?notification").send().element("Id"))
                .hasSize(36);
        configure("").expect(200);
        assertThat(store.get("/" + bucket + "?notification").send().text()).doesNotContain("CloudFunction");
    }

    @Test
    void functionsThatTheBucketMayNotInvokeAreRefused() {
        String other = arn.replace("thumbs", "none");
        var refused = configure(rule("a", other, "s3:ObjectCreated:*", "")).expect(400, "InvalidArgument");
        assertThat(refused.element("Message")).isEqualTo("Unable to validate the following destination configurations");
        assertThat(refused.element("ArgumentValue1")).contains(other);
        configure(rule("a", arn + ":prod", "s3:ObjectCreated:*", "")).expect(400, "InvalidArgument");
        store.put(
                        "/" + bucket + "?notification",
                        "<NotificationConfiguration>" + rule("a", other, "s3:ObjectCreated:*", "")
                                + "</NotificationConfiguration>")
                .header("x-amz-skip-destination-validation", "true")
                .send()
                .expect(200);
    }

    @ParameterizedTest
    @CsvSource({
        "s3:ObjectCreated:Nothing, suffix, x, 400, InvalidArgument",
        "s3:ObjectRestore:Post, suffix, x, 501, NotImplemented",
        "s3:ObjectCreated:*, middle, x, 400, InvalidArgument",
    })
    void eventsAndFiltersThatMeanNothingAreRefused(String event, String name, String value, int status, String code) {
        configure(rule("a", arn, event, filter(name, value))).expect(status, code);
    }

    @Test
    void badConfigurationsAreRefused() {
        configure("<Rule/>").expect(400, "MalformedXML");
        configure("<CloudFunctionConfiguration/>").expect(400, "MalformedXML");
        store.put("/" + bucket + "?notification", "<NotificationConfiguration>")
                .send()
                .expect(400, "MalformedXML");
        configure(rule("a", "arn:aws:sqs:us-east-1:1:q", "s3:ObjectCreated:*", ""))
                .expect(400, "InvalidArgument");
        configure(rule("a", arn.replace("us-east-1", "eu-west-1"), "s3:ObjectCreated:*", ""))
                .expect(400, "InvalidArgument");
        configure("<TopicConfiguration><Topic>arn:aws:sns:us-east-1:1:t</Topic></TopicConfiguration>")
                .expect(501, "NotImplemented");
        configure("<EventBridgeConfiguration/>").expect(501, "NotImplemented");
        configure(rule("i".repeat(256), arn, "s3:ObjectCreated:*", "")).expect(400, "InvalidArgument");
        configure(rule("a", arn, "s3:ObjectCreated:*", filter("prefix", "x".repeat(1025))))
                .expect(400, "InvalidArgument");
        configure(rule("a", arn, "s3:ObjectCreated:Put", "") + rule("a", arn, "s3:ObjectRemoved:*", ""))
                .expect(400, "InvalidArgument");
        assertThat(configure(rule("a", arn, "s3:ObjectCreated:*", filter("prefix", "in/"))
                                + rule("b", arn, "s3:ObjectCreated:Put", filter("suffix", ".png")))
                        .expect(400, "InvalidArgument")
                        .element("Message"))
                .startsWith("Configuration is ambiguously defined");
    }
}
