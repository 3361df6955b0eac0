package dev.mayfly.objects.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariDataSource;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.usage.UsageEvent;
import dev.mayfly.contracts.usage.UsageEvent.ObjectRequest;
import dev.mayfly.contracts.usage.UsageEvent.StorageChange;
import dev.mayfly.objects.blob.BlobSweep;
import dev.mayfly.objects.testing.Line;
import dev.mayfly.objects.testing.RunningStore;
import dev.mayfly.objects.testing.RunningStore.Answer;
import dev.mayfly.objects.testing.SmallDisk;
import dev.mayfly.objects.testing.Wire;
import dev.mayfly.testing.TestKafka;
import dev.mayfly.testing.TestPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A store of its own: what it stands on is taken away. */
class FaultsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MB = 1 << 20;

    /** What a process stored, and was killed. */
    private static final String KILLED = "killed-" + Long.toString(System.nanoTime(), 36);

    private static final Map<String, UsageEvent> usage = new ConcurrentHashMap<>();
    private static final List<UsageEvent> order = new CopyOnWriteArrayList<>();
    private static Path folder;
    private static boolean small;
    private static Line database;
    private static RunningStore store;
    private static TopicTail tail;
    private static List<Long> swept;

    private final String bucket = store.bucket();

    @BeforeAll
    static void start() throws Exception {
        TopicCreation.ensureAll(TestKafka.bootstrapServers());
        tail = new TopicTail(TestKafka.bootstrapServers(), Topics.USAGE_EVENTS, TopicTail.From.BEGINNING, received -> {
            UsageEvent event = Json.read(received.value(), UsageEvent.class);
            if (usage.putIfAbsent(event.id(), event) == null) {
                order.add(event);
            }
        });
        folder = Files.createTempDirectory("mayfly-faults");
        Path data = Files.createDirectory(folder.resolve("data"));
        small = SmallDisk.mount(data, "24m");
        String direct = TestPostgres.url("objects_faults");
        int port = URI.create(direct.substring("jdbc:".length())).getPort();
        database = new Line(port);
        store = RunningStore.ofItsOwn(data, direct.replace(":" + port + "/", ":" + database.port() + "/"));
        beKilled();
        store.start(
                "--mayfly.objects.ship-interval=100ms",
                "--mayfly.objects.patience=3s",
                "--spring.datasource.hikari.connection-timeout=3000");
        swept = sweep();
    }

    @AfterAll
    static void stop() throws Exception {
        store.stop();
        tail.close();
        database.close();
        if (small) {
            SmallDisk.unmount(folder.resolve("data"));
        }
    }

    /** A process that relays and ships nothing, killed in the middle of an upload. */
    private static void beKilled() throws Exception {
        Process process = store.startProcess(
                folder.resolve("killed.log"),
                "--mayfly.objects.relay-interval=1h",
                "--mayfly.objects.ship-interval=1h");
        try (var upload = new Wire(store)) {
            store.call("PUT", "/" + KILLED).send().expect(200);
            store.put("/" + KILLED + "/k", new byte[100]).send().expect(200);
            store.put("/" + KILLED + "/k", new byte[60_000]).send().expect(200);
            store.put("/" + KILLED + "/gone", new byte[7]).send().expect(200);
            store.call("DELETE", "/" + KILLED + "/gone").send().expect(204);
            upload.half("/" + KILLED + "/half", MB);
            await().atMost(PATIENCE).until(() -> files("unfinished") == 1);
            process.destroyForcibly();
            process.onExit().get();
        } finally {
            process.destroyForcibly();
        }
    }

    /** What a killed process left: first within the grace time, then past it. */
    private static List<Long> sweep() throws IOException {
        var sweep = store.bean(BlobSweep.class);
        sweep.sweepOrphans(Duration.ofHours(1));
        long young = files("unfinished");
        sweep.sweepOrphans(Duration.ofSeconds(-60));
        return List.of(young, files("unfinished"));
    }

    @Test
    void whatAKilledStoreAnsweredIsThereAndOnTheBillOnceAndTheRestIsSwept() throws IOException {
        assertThat(store.get("/" + KILLED + "/k").send().expect(200).bytes()).hasSize(60_000);
        store.get("/" + KILLED + "/half").send().expect(404, "NoSuchKey");
        assertThat(store.get("/" + KILLED).send().elements("Key")).containsExactly("k");
        assertThat(swept).containsExactly(1L, 0L);
        await().atMost(PATIENCE)
                .until(() -> told(StorageChange.class).size() >= 4
                        && told(ObjectRequest.class).size() >= 8);
        assertThat(told(StorageChange.class)).extracting(StorageChange::bytes).containsExactly(100L, 59_900L, 7L, -7L);
        assertThat(told(ObjectRequest.class).subList(0, 5))
                .extracting(ObjectRequest::operation)
                .containsExactly("CreateBucket", "PutObject", "PutObject", "PutObject", "DeleteObject");
    }

    private static <T extends UsageEvent> List<T> told(Class<T> type) {
        return order.stream()
                .filter(event -> event.resource().equals(KILLED))
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    @Test
    void aFullDiskRefusesWritesOnly() throws IOException {
        assumeTrue(small, "no small file system can be mounted here");
        byte[] bytes = new byte[MB];
        store.put(target("there"), bytes).send().expect(200);
        String upload = store.call("POST", target("parts") + "?uploads").send().element("UploadId");
        long blobs = blobs();
        Path filler = store.data().resolve("filler");
        Files.write(filler, new byte[(int) (Files.getFileStore(store.data()).getUsableSpace() - MB / 2)]);
        store.put(target("new"), bytes).send().expect(500, "InternalError");
        store.put(target("there"), bytes).send().expect(500, "InternalError");
        store.put(target("parts") + "?partNumber=1&uploadId=" + upload, bytes)
                .send()
                .expect(500, "InternalError");
        encryptedCopy("there", "copy").expect(500, "InternalError");
        assertThat(files("unfinished")).isZero();
        assertThat(blobs()).isEqualTo(blobs);
        assertThat(store.get("/" + bucket).send().expect(200).elements("Key")).containsExactly("there");
        assertThat(store.get(target("parts") + "?uploadId=" + upload)
                        .send()
                        .expect(200)
                        .elements("PartNumber"))
                .isEmpty();
        assertThat(store.get(target("there")).send().expect(200).bytes()).isEqualTo(bytes);
        store.put(target("row"), "small objects lie in rows").send().expect(200);
        Files.delete(filler);
        store.put(target("new"), bytes).send().expect(200);
        encryptedCopy("there", "copy").expect(200);
        assertThat(store.get(target("copy")).send().expect(200).bytes()).isEqualTo(bytes);
        for (String key : List.of("there", "new", "copy", "row")) {
            store.call("DELETE", target(key)).send().expect(204);
        }
        store.bean(BlobSweep.class).sweepReleased(Duration.ZERO);
    }

    private Answer encryptedCopy(String from, String to) {
        return store.call("PUT", target(to))
                .header("x-amz-copy-source", bucket + "/" + from)
                .header("x-amz-server-side-encryption", "AES256")
                .send();
    }

    @Test
    void blobsThatCannotBeReachedAreAnErrorAndUsedAgainWhenTheyAreBack() throws IOException {
        byte[] bytes = new byte[100_000];
        store.put(target("k"), bytes).send().expect(200);
        store.put(target("row"), "in the row").send().expect(200);
        Path blobs = store.data().resolve("blobs");
        Path away = store.data().resolve("away");
        Files.move(blobs, away);
        store.get(target("k")).send().expect(500, "InternalError");
        store.put(target("new"), bytes).send().expect(500, "InternalError");
        assertThat(store.get(target("row")).send().expect(200).text()).isEqualTo("in the row");
        assertThat(files("unfinished")).isZero();
        Files.move(away, blobs);
        assertThat(store.get(target("k")).send().expect(200).bytes()).isEqualTo(bytes);
        store.get(target("new")).send().expect(404, "NoSuchKey");
        store.put(target("new"), bytes).send().expect(200);
    }

    @Test
    void withoutPostgresAnswersSayTryAgainAndNothingThatWasCommittedIsLost() throws Exception {
        byte[] bytes = new byte[100_000];
        store.put(target("before"), bytes).send().expect(200);
        String upload = target("parts") + "?uploadId="
                + store.call("POST", target("parts") + "?uploads").send().element("UploadId");
        String etag = store.put(upload + "&partNumber=1", bytes).send().header("ETag");
        var complete = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag
                + "</ETag></Part></CompleteMultipartUpload>";
        try (var halfway = new Wire(store)) {
            halfway.half(target("new"), 200_000);
            await().atMost(PATIENCE).until(() -> files("unfinished") == 1);
            database.cut();
            halfway.send(new byte[100_000]);
            for (Answer answer : atOnce(List.of(
                    () -> store.get("/" + bucket).send(),
                    () -> store.get(target("before")).send(),
                    () -> store.call("DELETE", target("before")).send(),
                    () -> store.call("POST", upload).body(complete).send()))) {
                answer.expect(503, "ServiceUnavailable");
            }
            assertThat(halfway.answer()).startsWith("HTTP/1.1 503").contains("<Code>ServiceUnavailable</Code>");
        } finally {
            database.mend();
        }
        await().atMost(PATIENCE).until(() -> store.get("/" + bucket).send().status() == 200);
        assertThat(store.get("/" + bucket).send().elements("Key")).containsExactly("before");
        assertThat(store.get(target("before")).send().expect(200).bytes()).isEqualTo(bytes);
        store.call("POST", upload).body(complete).send().expect(200);
        assertThat(store.get(target("parts")).send().expect(200).bytes()).isEqualTo(bytes);
        store.put(target("new"), bytes).send().expect(200);
        assertThat(files("unfinished")).isZero();
    }

    private static List<Answer> atOnce(List<Callable<Answer>> requests)
            throws InterruptedException, ExecutionException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<Answer>();
            for (var done : threads.invokeAll(requests)) {
                answers.add(done.get());
            }
            return answers;
        }
    }

    @Test
    void whoSendsSlowlyIsToldSoAndHungUpOn() throws IOException {
        try (var client = new Wire(store)) {
            client.half(target("slow"), 10_000);
            client.patience(100);
            String answer = "";
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (answer.isEmpty() && System.nanoTime() < end) {
                client.send(new byte[1]);
                answer = client.answer();
            }
            assertThat(answer).startsWith("HTTP/1.1 400").contains("<Code>RequestTimeout</Code>");
            client.patience((int) PATIENCE.toMillis());
            assertThat(client.isHungUp()).isTrue();
        }
        store.get(target("slow")).send().expect(404, "NoSuchKey");
        await().atMost(PATIENCE).until(() -> files("unfinished") == 0);
    }

    @Test
    void whoVanishesLeavesNothing() throws IOException {
        store.put(target("k"), new byte[4 * MB]).send().expect(200);
        String encrypted = target("encrypted");
        store.put(encrypted, new byte[4 * MB])
                .header("x-amz-server-side-encryption", "AES256")
                .send()
                .expect(200);
        for (int i = 0; i < 10; i++) {
            for (String key : List.of(target("k"), encrypted)) {
                try (var client = new Wire(store)) {
                    client.head("GET", key, "");
                    assertThat(client.read(1000)).hasSize(1000);
                }
            }
            try (var client = new Wire(store)) {
                client.half(target("half" + i), MB);
            }
        }
        await().atMost(PATIENCE).until(() -> files("unfinished") == 0);
        await().atMost(PATIENCE)
                .until(() ->
                        store.bean(HikariDataSource.class).getHikariPoolMXBean().getActiveConnections() == 0);
        await().atMost(PATIENCE).until(() -> openBlobs().isEmpty());
        assertThat(store.get("/" + bucket).send().elements("Key")).containsExactly("encrypted", "k");
    }

    /** Blobs that this process has open. */
    private static List<Path> openBlobs() throws IOException {
        Path own = Path.of("/proc/self/fd");
        if (!Files.isDirectory(own)) {
            return List.of();
        }
        try (Stream<Path> open = Files.list(own)) {
            return open.flatMap(FaultsTest::linked)
                    .filter(file -> file.startsWith(store.data().resolve("blobs")))
                    .toList();
        }
    }

    private static Stream<Path> linked(Path link) {
        try {
            return Stream.of(Files.readSymbolicLink(link));
        } catch (IOException e) {
            return Stream.of(); // closed since it was listed
        }
    }

    @Test
    void lengthsThatLieAndHeadersWithoutEndAreRefused() throws IOException {
        Map<String, String> refused = new LinkedHashMap<>();
        refused.put("Content-Length: 10\r\n", "<Code>IncompleteBody</Code>");
        refused.put("Content-Length: 99999999999999\r\n", "<Code>EntityTooLarge</Code>");
        refused.put("Content-Length: 5\r\nx-amz-decoded-content-length: 7\r\n", "HTTP/1.1 200");
        refused.put("", "<Code>MissingContentLength</Code>");
        refused.put("Content-Length: -5\r\n", "HTTP/1.1 400");
        refused.put("Content-Length: 99999999999999999999999\r\n", "HTTP/1.1 400");
        refused.put("Content-Length: 5\r\nContent-Length: 6\r\n", "HTTP/1.1 400");
        refused.put("Content-Length: 5\r\nx-amz-meta-a: " + "a".repeat(3000) + "\r\n", "<Code>MetadataTooLarge</Code>");
        refused.put("Content-Length: 5\r\nx-a: " + "a".repeat(100_000) + "\r\n", "HTTP/1.1 4");
        for (var one : refused.entrySet()) {
            try (var client = new Wire(store)) {
                client.patience((int) PATIENCE.toMillis());
                client.head("PUT", target("lies"), one.getKey());
                client.send("hello".getBytes(StandardCharsets.US_ASCII));
                client.end();
                assertThat(client.answer()).as(one.getKey()).contains(one.getValue());
            }
        }
        assertThat(store.get(target("lies")).send().expect(200).text()).isEqualTo("hello");
    }

    private String target(String key) {
        return "/" + bucket + "/" + key;
    }

    private static long blobs() throws IOException {
        try (Stream<Path> all = Files.walk(store.data().resolve("blobs"))) {
            return all.filter(Files::isRegularFile).count();
        }
    }

    private static long files(String name) throws IOException {
        try (Stream<Path> all = Files.list(store.data().resolve(name))) {
            return all.count();
        }
    }
}
