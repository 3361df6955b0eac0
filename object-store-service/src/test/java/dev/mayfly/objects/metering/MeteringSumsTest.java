package dev.mayfly.objects.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.usage.UsageEvent;
import dev.mayfly.contracts.usage.UsageEvent.ObjectRequest;
import dev.mayfly.contracts.usage.UsageEvent.RequestClass;
import dev.mayfly.contracts.usage.UsageEvent.StorageChange;
import dev.mayfly.objects.MayflyProperties;
import dev.mayfly.objects.ObjectsProperties;
import dev.mayfly.objects.lifecycle.LifecycleWorker;
import dev.mayfly.objects.testing.RunningStore;
import dev.mayfly.objects.testing.RunningStore.Answer;
import dev.mayfly.testing.TestKafka;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.DigestUtils;

/** What the bill is told, beside what the client counts by itself. */
class MeteringSumsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ENCRYPTION = "x-amz-server-side-encryption";
    private static final int LAST = 4321;

    private final RunningStore store = RunningStore.get();
    private final List<UsageEvent> heard = new CopyOnWriteArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final String bucket = store.bucket();
    private TopicTail tail;

    @BeforeEach
    void listen() throws InterruptedException {
        TopicCreation.ensureAll(TestKafka.bootstrapServers());
        tail = new TopicTail(
                TestKafka.bootstrapServers(),
                Topics.USAGE_EVENTS,
                TopicTail.From.BEGINNING,
                received -> heard.add(Json.read(received.value(), UsageEvent.class)));
    }

    @AfterEach
    void stop() {
        tail.close();
    }

    /** What a request stores more, or less, as its sender knows it, and when it can have happened. */
    private record Step(String what, long bytes, long objects, Instant from, Instant to) {}

    private Answer stored(long bytes, long objects, RunningStore.Call call) {
        Instant from = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        Answer answer = call.send();
        assertThat(answer.status()).as(answer.text()).isBetween(200, 299);
        steps.add(new Step(call.toString(), bytes, objects, from, Instant.now()));
        return answer;
    }

    private String target(String key) {
        return "/" + bucket + "/" + key;
    }

    private RunningStore.Call put(String key, int size) {
        return store.put(target(key), new byte[size]);
    }

    private RunningStore.Call delete(String key) {
        return store.call("DELETE", target(key));
    }

    private RunningStore.Call copy(String from, String to) {
        return store.call("PUT", target(to)).header("x-amz-copy-source", bucket + "/" + from);
    }

    private void versioning(String status) {
        stored(
                0,
                0,
                store.put(
                        "/" + bucket + "?versioning",
                        "<VersioningConfiguration><Status>" + status + "</Status></VersioningConfiguration>"));
    }

    private String upload(String key, RunningStore.Call begin) {
        return target(key) + "?uploadId=" + stored(0, 0, begin).element("UploadId");
    }

    private RunningStore.Call part(String upload, int number, int size) {
        return store.put(upload + "&partNumber=" + number, new byte[size]);
    }

    private RunningStore.Call complete(String upload, String etag) {
        return store.call("POST", upload)
                .body("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag
                        + "</ETag></Part></CompleteMultipartUpload>");
    }

    @Test
    void everyChangeOfWhatIsStoredIsToldWithItsBytesAndItsTime() {
        stored(100, 1, put("a", 100));
        stored(29_900, 0, put("a", 30_000));
        stored(30_000, 1, copy("a", "b"));
        stored(40_000, 1, put("c", 40_000).header(ENCRYPTION, "AES256"));
        stored(40_000, 1, copy("c", "d"));
        stored(7, 1, put("e", 7).header(ENCRYPTION, "AES256"));
        stored(0, 1, put("empty", 0));
        stored(0, 0, put("empty", 0));
        stored(-30_000, -1, delete("a"));
        stored(0, 0, delete("a"));
        String both = "<Delete><Object><Key>d</Key></Object><Object><Key>e</Key></Object></Delete>";
        stored(
                -40_007,
                -2,
                store.call("POST", "/" + bucket + "?delete")
                        .header("Content-MD5", md5(both))
                        .body(both));
        uploads();
        versions();
        lifecycles();
        stored(LAST, 1, put("last", LAST));
        long bytes = steps.stream().mapToLong(Step::bytes).sum();
        assertThat(tables()).isEqualTo(bytes);
        await().atMost(PATIENCE)
                .until(() -> changes().stream().anyMatch(change -> change.bytes() == LAST && change.objects() == 1));
        Deque<StorageChange> told = new ArrayDeque<>(changes());
        assertThat(told.stream().mapToLong(StorageChange::bytes).sum()).isEqualTo(bytes);
        assertThat(told).extracting(StorageChange::accountId).containsOnly(RunningStore.ALICE);
        steps.forEach(step -> settle(step, told));
        assertThat(told).isEmpty();
    }

    private static String md5(String text) {
        return Base64.getEncoder().encodeToString(DigestUtils.md5Digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Takes from {@code told} what the step was: exactly its bytes and objects, at its time. */
    private static void settle(Step step, Deque<StorageChange> told) {
        long bytes = 0;
        long objects = 0;
        var taken = new ArrayList<StorageChange>();
        while ((bytes != step.bytes() || objects != step.objects()) && !told.isEmpty()) {
            StorageChange change = told.remove();
            taken.add(change);
            bytes += change.bytes();
            objects += change.objects();
            assertThat(change.time()).as("%s of %s", change, step).isBetween(step.from(), step.to());
        }
        assertThat(List.of(bytes, objects)).as("%s: %s", step, taken).containsExactly(step.bytes(), step.objects());
    }

    /** As on S3, parts are stored, and paid, until their upload ends; an upload is no object. */
    private void uploads() {
        String aborted = upload("f", store.call("POST", target("f") + "?uploads"));
        stored(5000, 0, part(aborted, 1, 5000));
        stored(2000, 0, part(aborted, 1, 7000));
        stored(
                11,
                0,
                store.call("PUT", aborted + "&partNumber=2")
                        .header("x-amz-copy-source", bucket + "/b")
                        .header("x-amz-copy-source-range", "bytes=10-20"));
        stored(-7011, 0, store.call("DELETE", aborted));
        String whole = upload("g", store.call("POST", target("g") + "?uploads").header(ENCRYPTION, "AES256"));
        String etag = stored(90_000, 0, part(whole, 1, 90_000)).header("ETag");
        stored(800, 0, part(whole, 2, 800));
        stored(-800, 1, complete(whole, etag));
        stored(0, 0, complete(whole, etag));
        String replacing = upload("g", store.call("POST", target("g") + "?uploads"));
        etag = stored(60, 0, part(replacing, 1, 60)).header("ETag");
        stored(-90_000, 0, complete(replacing, etag));
    }

    private void versions() {
        stored(10, 1, put("v", 10));
        versioning("Enabled");
        stored(20, 1, put("v", 20));
        String second = stored(300, 1, put("v", 300)).header("x-amz-version-id");
        stored(300, 1, copy("v", "w"));
        String marker = stored(0, 0, delete("v")).header("x-amz-version-id");
        stored(0, 0, delete("v?versionId=" + marker));
        stored(-300, -1, delete("v?versionId=" + second));
        versioning("Suspended");
        stored(40 - 10, 0, put("v", 40));
        stored(5, 0, put("v", 45));
        stored(-45, -1, delete("v"));
    }

    private void lifecycles() {
        versioning("Enabled");
        stored(70, 1, put("old/1", 70));
        stored(71, 1, put("old/1", 71));
        stored(72, 1, put("old/2", 72));
        String left = upload("old/3", store.call("POST", target("old/3") + "?uploads"));
        stored(9000, 0, part(left, 1, 9000));
        stored(
                0,
                0,
                store.put(
                        "/" + bucket + "?lifecycle",
                        "<LifecycleConfiguration><Rule><ID>old</ID><Status>Enabled</Status><Prefix>old/</Prefix>"
                                + "<Expiration><Date>2020-01-01T00:00:00Z</Date></Expiration>"
                                + "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>"
                                + "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>"
                                + "</AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>"));
        for (String change : List.of(
                "version SET noncurrent_at = noncurrent_at - interval '3 days'",
                "upload SET initiated_at = initiated_at - interval '3 days'")) {
            store.jdbc()
                    .sql("UPDATE " + change + " WHERE bucket_id = (SELECT id FROM bucket WHERE name = ?)")
                    .param(bucket)
                    .update();
        }
        Instant from = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        store.bean(LifecycleWorker.class).work();
        steps.add(new Step("lifecycle", -9070, -1, from, Instant.now()));
    }

    /** The bytes of all versions and parts, as the tables have them. */
    private long tables() {
        return store.jdbc().sql("""
                        SELECT (SELECT coalesce(sum(size), 0) FROM object WHERE bucket_id = b.id)
                            + (SELECT coalesce(sum(size), 0) FROM version WHERE bucket_id = b.id)
                            + (SELECT coalesce(sum(p.size), 0) FROM part p JOIN upload u ON u.id = p.upload_id
                                WHERE u.bucket_id = b.id)
                        FROM bucket b WHERE b.name = ?""").param(bucket).query(Long.class).single();
    }

    /** As after a kill: what was published is not forgotten, since the transaction did not commit. */
    @Test
    void whatIsToldAgainAfterAKillHasTheSameId() {
        var outbox = store.bean(Outbox.class);
        var killed = new ArrayList<OutboxRow>();
        try (var publisher = new EventPublisher(TestKafka.bootstrapServers());
                var relay = new OutboxRelay(
                        outbox,
                        publisher,
                        store.bean(MayflyProperties.class),
                        store.bean(ObjectsProperties.class),
                        store.bean(MeterRegistry.class))) {
            new TransactionTemplate(store.bean(PlatformTransactionManager.class)).executeWithoutResult(status -> {
                status.setRollbackOnly();
                store.bean(JdbcClient.class)
                        .sql("SELECT pg_advisory_xact_lock(?)")
                        .param(Outbox.RELAY_LOCK)
                        .query(row -> {});
                stored(100, 1, put("k", 100));
                stored(-100, -1, delete("k"));
                outbox.relay(1000, rows -> {
                    rows.stream().filter(row -> row.bucket().equals(bucket)).forEach(killed::add);
                    return relay.publish(rows);
                });
            });
        }
        assertThat(killed).hasSize(2);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(heard)
                        .filteredOn(StorageChange.class::isInstance)
                        .filteredOn(event -> event.resource().equals(bucket))
                        .hasSize(4));
        assertThat(changes()).extracting(StorageChange::bytes).containsExactly(100L, -100L);
        assertThat(changes())
                .extracting(StorageChange::id)
                .containsExactlyElementsOf(
                        killed.stream().map(row -> "sto-" + row.id()).toList());
    }

    @Test
    void requestsAreToldWithTheBytesThatPassedAndToWhoPays() throws IOException {
        var expected = new ArrayList<List<Object>>();
        expected.add(List.of("CreateBucket", RequestClass.A, 0L, 0L, 200));
        request(expected, RequestClass.A, 90_000, false, put("k", 90_000).header(ENCRYPTION, "AES256"), "PutObject");
        request(expected, RequestClass.B, 0, true, store.get(target("k")), "GetObject");
        request(
                expected,
                RequestClass.B,
                0,
                true,
                store.get(target("k")).header("Range", "bytes=10-1009"),
                "GetObject");
        request(expected, RequestClass.B, 0, true, store.get(target("none")), "GetObject");
        request(expected, RequestClass.B, 0, false, store.call("HEAD", target("k")), "HeadObject");
        request(expected, RequestClass.B, 0, false, store.call("HEAD", target("none")), "HeadObject");
        request(expected, RequestClass.B, 0, true, store.get(target("k")).header("If-None-Match", "*"), "GetObject");
        request(
                expected,
                RequestClass.A,
                700,
                true,
                put("bad", 700).header("Content-MD5", "XUFAKrxLKna5cZ2REBfFkQ=="),
                "PutObject");
        request(expected, RequestClass.A, 0, true, store.get("/" + bucket), "ListObjects");
        request(expected, RequestClass.A, 0, true, copy("k", "l"), "CopyObject");
        request(expected, RequestClass.FREE, 0, false, delete("l"), "DeleteObject");
        vanish();
        expected.add(List.of("GetObject", RequestClass.B, 0L, 90_000L, 200));
        store.get("/" + bucket + "?replication").send().expect(404);
        store.put("/" + bucket + "?replication", "x").send().expect(501);
        store.get(target("k")).as(RunningStore.BOB).send().expect(403);
        store.get(target("k")).asNobody().send().expect(403);
        allowEverybody();
        store.get(target("k")).as(RunningStore.BOB).send().expect(200);
        store.get(target("k")).asNobody().send().expect(200);
        stored(LAST, 1, put("last", LAST));
        await().atMost(PATIENCE)
                .until(() -> requests(RunningStore.ALICE).stream().anyMatch(request -> request.bytesIn() == LAST));
        var alice = new ArrayList<>(requests(RunningStore.ALICE).stream()
                .map(one -> List.<Object>of(
                        one.operation(), one.requestClass(), one.bytesIn(), one.bytesOut(), one.status()))
                .toList());
        assertThat(alice.subList(0, expected.size())).containsExactlyElementsOf(expected);
        assertThat(alice.subList(expected.size(), alice.size()))
                .extracting(List::getFirst)
                .containsExactly("GetBucketReplication", "PutBucketPolicy", "GetObject", "GetObject", "PutObject");
        assertThat(requests(RunningStore.BOB)).extracting(ObjectRequest::status).containsExactly(403);
    }

    private static void request(
            List<List<Object>> expected,
            RequestClass price,
            long in,
            boolean answered,
            RunningStore.Call call,
            String operation) {
        Answer answer = call.send();
        expected.add(List.of(operation, price, in, answered ? (long) answer.bytes().length : 0L, answer.status()));
    }

    /** Asks for all, reads a little, and is gone. */
    private void vanish() throws IOException {
        try (var socket = new Socket("127.0.0.1", store.port())) {
            String voucher = store.voucher(RunningStore.ALICE, Role.OWNER, target("k"), RunningStore.unsigned());
            socket.getOutputStream()
                    .write(("GET /s3 HTTP/1.1\r\nHost: x\r\n" + Voucher.HEADER + ": " + voucher + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().readNBytes(1000)).hasSize(1000);
        }
    }

    private void allowEverybody() {
        store.put("/" + bucket + "?policy", """
                        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",
                        "Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/*"}]}""".formatted(bucket)).send().expect(204);
    }

    private List<StorageChange> changes() {
        return once(StorageChange.class).stream().toList();
    }

    private List<ObjectRequest> requests(String account) {
        return once(ObjectRequest.class).stream()
                .filter(request -> request.accountId().equals(account))
                .toList();
    }

    /** Each event once, as billing takes them, in their order. */
    private <T extends UsageEvent> Collection<T> once(Class<T> type) {
        Map<String, T> events = new LinkedHashMap<>();
        heard.stream()
                .filter(event -> event.resource().equals(bucket))
                .filter(type::isInstance)
                .map(type::cast)
                .forEach(event -> events.putIfAbsent(event.id(), event));
        return events.values();
    }
}
