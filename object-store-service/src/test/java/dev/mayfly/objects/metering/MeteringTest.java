package dev.mayfly.objects.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.CodeStorage;
import dev.mayfly.contracts.usage.UsageEvent;
import dev.mayfly.contracts.usage.UsageEvent.ObjectRequest;
import dev.mayfly.contracts.usage.UsageEvent.RequestClass;
import dev.mayfly.contracts.usage.UsageEvent.StorageChange;
import dev.mayfly.objects.testing.RunningStore;
import dev.mayfly.testing.TestKafka;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class MeteringTest {
    private final RunningStore store = RunningStore.get();
    private final List<UsageEvent> usage = new CopyOnWriteArrayList<>();
    private final List<CloudEvent> events = new CopyOnWriteArrayList<>();
    private TopicTail usageTail;
    private TopicTail eventTail;

    @BeforeEach
    void listen() throws InterruptedException {
        dev.mayfly.contracts.events.TopicCreation.ensureAll(TestKafka.bootstrapServers());
        usageTail = new TopicTail(
                TestKafka.bootstrapServers(),
                Topics.USAGE_EVENTS,
                TopicTail.From.BEGINNING,
                received -> usage.add(Json.read(received.value(), UsageEvent.class)));
        eventTail = new TopicTail(
                TestKafka.bootstrapServers(),
                Topics.OBJECT_EVENTS,
                TopicTail.From.BEGINNING,
                received -> events.add(CloudEvent.from(received)));
    }

    @AfterEach
    void stop() {
        usageTail.close();
        eventTail.close();
    }

    @Test
    void aChangeThatKafkaRefusesIsKeptAndHoldsUpNoOther() {
        String bucket = store.bucket();
        store.jdbc().sql("""
                        INSERT INTO outbox (at, account_id, bucket, bytes, objects, event, request_id, key, size, etag)
                        VALUES (now(), '111111111111', ?, 0, 0, 'ObjectCreated:Put', 'r', 'too-large', 1, repeat('x', 3000000))""").param(bucket).update();
        store.put("/" + bucket + "/small", new byte[100]).send().expect(200);
        await().until(() -> told(bucket).size() == 1);
        assertThat(store.jdbc()
                        .sql("SELECT refusal FROM outbox WHERE bucket = ?")
                        .param(bucket)
                        .query(String.class)
                        .list())
                .singleElement()
                .asString()
                .contains("RecordTooLargeException");
        assertThat(store.bean(MeterRegistry.class)
                        .counter("mayfly.objects.changes.refused")
                        .count())
                .isPositive();
        store.jdbc().sql("DELETE FROM outbox WHERE bucket = ?").param(bucket).update();
    }

    @Test
    void usesAndChangesAreToldOnceAndInOrder() {
        String bucket = store.bucket();
        store.put("/" + bucket + "/a%20b", new byte[100]).send().expect(200);
        store.put("/" + bucket + "/a%20b", new byte[30_000]).send().expect(200);
        store.get("/" + bucket + "/a%20b").send().expect(200);
        store.get("/" + bucket + "/none").send().expect(404);
        store.call("PUT", "/" + bucket + "?replication").send().expect(501);
        store.call("DELETE", "/" + bucket + "/a%20b").send().expect(204);
        store.call("DELETE", "/" + bucket + "/a%20b").send().expect(204);
        store.put(CodeStorage.target("cd"), "zip")
                .as(CodeStorage.SYSTEM_ACCOUNT)
                .send()
                .expect(200);

        await().atMost(Duration.ofSeconds(20))
                .until(() -> changes(bucket).size() >= 3
                        && requests(bucket).size() >= 7
                        && told(bucket).size() >= 3);

        assertThat(changes(bucket)).extracting(StorageChange::bytes).containsExactly(100L, 29_900L, -30_000L);
        assertThat(changes(bucket)).extracting(StorageChange::objects).containsExactly(1L, 0L, -1L);
        assertThat(changes(bucket)).extracting(StorageChange::accountId).containsOnly(RunningStore.ALICE);
        assertThat(requests(bucket))
                .extracting(ObjectRequest::operation)
                .containsExactly(
                        "CreateBucket",
                        "PutObject",
                        "PutObject",
                        "GetObject",
                        "GetObject",
                        "DeleteObject",
                        "DeleteObject");
        assertThat(requests(bucket).get(2).bytesIn()).isEqualTo(30_000);
        assertThat(requests(bucket).get(3).bytesOut()).isEqualTo(30_000);
        assertThat(requests(bucket).get(4).status()).isEqualTo(404);
        assertThat(requests(bucket).get(5).requestClass()).isEqualTo(RequestClass.FREE);
        assertThat(usage).extracting(UsageEvent::resource).doesNotContain(CodeStorage.BUCKET);
        // Of this bucket only: what other tests changed while Kafka started may have been told again, with the same id.
        assertThat(usage.stream().filter(event -> event.resource().equals(bucket)))
                .extracting(UsageEvent::id)
                .doesNotHaveDuplicates();
        assertThat(told(bucket))
                .extracting(event -> event.path("eventName").asString())
                .containsExactly("ObjectCreated:Put", "ObjectCreated:Put", "ObjectRemoved:Delete");
        assertThat(told(bucket).getFirst().at("/s3/object/key").asString()).isEqualTo("a+b");
        assertThat(told(bucket).getFirst().at("/s3/bucket/name").asString()).isEqualTo(bucket);
        await().until(() -> store.jdbc()
                        .sql("SELECT count(*) FROM outbox")
                        .query(Long.class)
                        .single()
                == 0);
    }

    @Test
    void requestsOfOthersAreBilledToTheBucketsOwner() {
        String bucket = store.bucket();
        String target = "/" + bucket + "/k";
        store.put(
                        "/" + bucket + "?policy",
                        "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":[\"s3:GetObject\",\"s3:PutObject\"],"
                                + "\"Resource\":\"arn:aws:s3:::" + bucket + "/k\"}}")
                .send()
                .expect(204);
        store.put(target, new byte[100]).as(RunningStore.BOB).send().expect(200);
        store.get(target).as(RunningStore.BOB).send().expect(200);
        store.get(target).asNobody().send().expect(200);
        store.get("/" + bucket + "/other").asNobody().send().expect(403, "AccessDenied");
        store.get("/" + bucket + "/other").as(RunningStore.BOB).send().expect(403, "AccessDenied");

        await().atMost(Duration.ofSeconds(20))
                .until(() -> requests(bucket).size() >= 6 && changes(bucket).size() == 1);

        assertThat(requests(bucket))
                .extracting(request -> request.accountId() + " " + request.operation() + " " + request.status())
                .containsExactlyInAnyOrder(
                        RunningStore.ALICE + " CreateBucket 200",
                        RunningStore.ALICE + " PutBucketPolicy 204",
                        RunningStore.ALICE + " PutObject 200",
                        RunningStore.ALICE + " GetObject 200",
                        RunningStore.ALICE + " GetObject 200",
                        RunningStore.BOB + " GetObject 403");
        assertThat(changes(bucket)).extracting(StorageChange::accountId).containsExactly(RunningStore.ALICE);
    }

    @Test
    void partsCountAsStoredUntilTheyAreGone() {
        String bucket = store.bucket();
        String target = "/" + bucket + "/k";
        String upload = store.call("POST", target + "?uploads").send().element("UploadId");
        String etag = store.put(target + "?partNumber=1&uploadId=" + upload, new byte[70])
                .send()
                .header("ETag");
        store.put(target + "?partNumber=2&uploadId=" + upload, new byte[50])
                .send()
                .expect(200);
        store.call("POST", target + "?uploadId=" + upload)
                .body("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag
                        + "</ETag></Part></CompleteMultipartUpload>")
                .send()
                .expect(200);

        await().atMost(Duration.ofSeconds(20))
                .until(() ->
                        changes(bucket).stream().mapToLong(StorageChange::bytes).sum() == 70
                                && changes(bucket).size() == 4);

        assertThat(changes(bucket)).extracting(StorageChange::bytes).containsExactly(70L, 50L, 0L, -50L);
        assertThat(changes(bucket).stream().mapToLong(StorageChange::objects).sum())
                .isEqualTo(1);
    }

    private List<StorageChange> changes(String bucket) {
        return usage.stream()
                .filter(event -> event.resource().equals(bucket))
                .filter(StorageChange.class::isInstance)
                .map(StorageChange.class::cast)
                .toList();
    }

    private List<ObjectRequest> requests(String bucket) {
        return usage.stream()
                .filter(event -> event.resource().equals(bucket))
                .filter(ObjectRequest.class::isInstance)
                .map(ObjectRequest.class::cast)
                .toList();
    }

    private List<JsonNode> told(String bucket) {
        return events.stream()
                .filter(event -> bucket.equals(event.subject()))
                .map(event ->
                        Json.mapper().readTree(event.data()).path("Records").get(0))
                .toList();
    }
}
