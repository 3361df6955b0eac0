package dev.mayfly.objects.multipart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.objects.blob.BlobSweep;
import dev.mayfly.objects.testing.RunningStore;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class MultipartTest {
    private static final int MIB = 1 << 20;

    private final RunningStore store = RunningStore.get();
    private final String bucket = store.bucket();
    private final String target = "/" + bucket + "/k";

    /** A late repetition of a part may not replace what a completion has chosen already. */
    @Test
    void aPartWaitsForTheCompletion() throws Exception {
        String bucket = store.bucket();
        String upload =
                store.call("POST", "/" + bucket + "/late?uploads").send().element("UploadId");
        String part = "/" + bucket + "/late?partNumber=1&uploadId=" + upload;
        store.put(part, "first").send().expect(200);
        CompletableFuture<RunningStore.Answer> late = new TransactionTemplate(
                        store.bean(PlatformTransactionManager.class))
                .execute(status -> {
                    store.jdbc()
                            .sql("SELECT FROM upload WHERE id = ?::uuid FOR UPDATE")
                            .param(upload)
                            .query(row -> {});
                    var sent = CompletableFuture.supplyAsync(
                            () -> store.put(part, "again").send());
                    await().atMost(Duration.ofSeconds(30))
                            .until(() -> store.jdbc()
                                            .sql(
                                                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INTO part%'")
                                            .query(Long.class)
                                            .single()
                                    == 1);
                    store.jdbc()
                            .sql("WITH gone AS (DELETE FROM part WHERE upload_id = ?::uuid RETURNING blob_ids)"
                                    + " INSERT INTO blob_release (blob_id) SELECT unnest(blob_ids) FROM gone")
                            .param(upload)
                            .update();
                    store.jdbc()
                            .sql("DELETE FROM upload WHERE id = ?::uuid")
                            .param(upload)
                            .update();
                    return sent;
                });
        late.get(30, TimeUnit.SECONDS).expect(404, "NoSuchUpload");
    }

    @Test
    void partsBecomeAnObject() throws Exception {
        String upload = create();
        byte[] first = random(5 * MIB, 1);
        byte[] second = random(6 * MIB, 2);
        byte[] third = random(17, 3);
        String etag3 = part(upload, 9, third);
        part(upload, 1, random(8 * MIB, 4));
        String etag1 = part(upload, 1, first);
        String etag2 = part(upload, 3, second);
        String unused = part(upload, 5, random(100, 5));
        assertThat(unused).isNotEmpty();
        store.get(target).send().expect(404, "NoSuchKey");
        assertThat(store.get(target + "?uploadId=" + upload).send().expect(200).elements("PartNumber"))
                .containsExactly("1", "3", "5", "9");
        assertThat(store.get(target + "?max-parts=2&uploadId=" + upload).send().element("NextPartNumberMarker"))
                .isEqualTo("3");

        String document = document(1, etag1, 3, etag2, 9, etag3);
        var completed = complete(upload, document).expect(200);
        var again = complete(upload, document).expect(200);

        assertThat(completed.element("ETag")).endsWith("-3&quot;").isEqualTo(again.element("ETag"));
        byte[] whole = concat(first, second, third);
        assertThat(store.get(target).send().expect(200).bytes()).isEqualTo(whole);
        assertThat(store.get(target)
                        .header("Range", "bytes=" + (5 * MIB - 10) + "-" + (11 * MIB + 5))
                        .send()
                        .expect(206)
                        .bytes())
                .isEqualTo(Arrays.copyOfRange(whole, 5 * MIB - 10, 11 * MIB + 6));
        var secondPart = store.get(target + "?partNumber=2").send().expect(206);
        assertThat(secondPart.bytes()).isEqualTo(second);
        assertThat(secondPart.header("x-amz-mp-parts-count")).isEqualTo("3");
        store.get(target + "?partNumber=4").send().expect(400, "InvalidPart");
        store.get(target + "?uploadId=" + upload).send().expect(404, "NoSuchUpload");

        store.bean(BlobSweep.class).sweepReleased(Duration.ZERO);
        assertThat(store.get(target).send().bytes()).isEqualTo(whole);
    }

    @Test
    void wrongCompletionsAreRefused() {
        String upload = create();
        String etag1 = part(upload, 1, random(100, 1));
        String etag2 = part(upload, 2, random(100, 2));
        complete(upload, document(2, etag2, 1, etag1)).expect(400, "InvalidPartOrder");
        complete(upload, document(1, etag1, 1, etag1)).expect(400, "InvalidPartOrder");
        complete(upload, document(1, etag1, 2, etag2)).expect(400, "EntityTooSmall");
        complete(upload, document(1, etag2)).expect(400, "InvalidPart");
        complete(upload, document(1, "nonsense")).expect(400, "InvalidPart");
        complete(upload, document(7, etag1)).expect(400, "InvalidPart");
        complete(upload, "<CompleteMultipartUpload/>").expect(400, "MalformedXML");
        complete(upload, "<Complete").expect(400, "MalformedXML");
        store.put(target + "?partNumber=0&uploadId=" + upload, "x").send().expect(400, "InvalidArgument");
        store.put(target + "?partNumber=10001&uploadId=" + upload, "x").send().expect(400, "InvalidArgument");
        store.put(target + "?partNumber=1&uploadId=nonsense", "x").send().expect(404, "NoSuchUpload");
        store.put("/" + bucket + "/other?partNumber=1&uploadId=" + upload, "x")
                .send()
                .expect(404, "NoSuchUpload");
        complete(upload, document(2, etag2)).expect(200);
        assertThat(store.get(target).send().bytes()).isEqualTo(random(100, 2));
    }

    @Test
    void abortedUploadsLeaveNothing() throws Exception {
        String upload = create();
        part(upload, 1, random(100_000, 1));
        store.call("DELETE", target + "?uploadId=" + upload).send().expect(204);
        store.call("DELETE", target + "?uploadId=" + upload).send().expect(404, "NoSuchUpload");
        store.put(target + "?partNumber=1&uploadId=" + upload, "x").send().expect(404, "NoSuchUpload");
        assertThat(store.bean(BlobSweep.class).sweepReleased(Duration.ZERO)).isPositive();
    }

    @Test
    void uploadsGoWithTheirBucketAndOnlyWithIt() throws Exception {
        String upload = create();
        String etag = part(upload, 1, random(100_000, 1));
        store.put("/" + bucket + "/other", "x").send().expect(200);
        store.call("DELETE", "/" + bucket).send().expect(409, "BucketNotEmpty");
        complete(upload, document(1, etag)).expect(200);
        store.call("DELETE", target).send().expect(204);
        store.call("DELETE", "/" + bucket + "/other").send().expect(204);
        String left = create();
        part(left, 1, random(100_000, 1));
        store.call("DELETE", "/" + bucket).send().expect(204);
        store.call("GET", "/" + bucket + "?uploads").send().expect(404, "NoSuchBucket");
        assertThat(store.bean(BlobSweep.class).sweepReleased(Duration.ZERO)).isPositive();
    }

    @Test
    void uploadsAreListed() {
        for (String key : new String[] {"a", "d/1", "d/2", "z"}) {
            store.call("POST", "/" + bucket + "/" + key + "?uploads").send().expect(200);
        }
        store.call("POST", "/" + bucket + "/a?uploads").send().expect(200);
        var all = store.get("/" + bucket + "?uploads").send().expect(200);
        assertThat(all.elements("Key")).containsExactly("a", "a", "d/1", "d/2", "z");
        assertThat(all.elements("ID")).hasSize(10);
        var folded = store.get("/" + bucket + "?uploads&delimiter=/").send();
        assertThat(folded.elements("Key")).containsExactly("a", "a", "z");
        assertThat(folded.elements("Prefix")).containsExactly("", "d/");
        var first = store.get("/" + bucket + "?uploads&max-uploads=1").send();
        var next = store.get("/" + bucket + "?uploads&max-uploads=2&key-marker=a&upload-id-marker="
                        + first.element("NextUploadIdMarker"))
                .send();
        assertThat(next.elements("Key")).containsExactly("a", "d/1");
        assertThat(next.element("IsTruncated")).isEqualTo("true");
    }

    @Test
    void partsAreCopiedByName() {
        byte[] bytes = random(6 * MIB, 1);
        store.put("/" + bucket + "/from", bytes).send().expect(200);
        store.put("/" + bucket + "/small", random(50, 2)).send().expect(200);
        String upload = create();
        String etag1 = copyPart(upload, 1, "from", "bytes=10-" + (5 * MIB + 9));
        String etag2 = copyPart(upload, 2, "small", "bytes=1-9");
        store.call("PUT", target + "?partNumber=3&uploadId=" + upload)
                .header("x-amz-copy-source", bucket + "/small")
                .header("x-amz-copy-source-range", "bytes=1-50")
                .send()
                .expect(416, "InvalidRange");
        store.call("DELETE", "/" + bucket + "/from").send().expect(204);

        complete(upload, document(1, etag1, 2, etag2)).expect(200);

        assertThat(store.get(target).send().bytes())
                .isEqualTo(
                        concat(Arrays.copyOfRange(bytes, 10, 5 * MIB + 10), Arrays.copyOfRange(random(50, 2), 1, 10)));
    }

    private String copyPart(String upload, int number, String from, String range) {
        return store.call("PUT", target + "?partNumber=" + number + "&uploadId=" + upload)
                .header("x-amz-copy-source", bucket + "/" + from)
                .header("x-amz-copy-source-range", range)
                .send()
                .expect(200)
                .element("ETag")
                .replace("&quot;", "");
    }

    @Test
    void completingTwiceAtOnceMakesOneObject() throws Exception {
        String upload = create();
        String etag = part(upload, 1, random(100_000, 1));
        Callable<Integer> complete = () -> complete(upload, document(1, etag)).status();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : threads.invokeAll(java.util.Collections.nCopies(6, complete))) {
                assertThat(answer.get()).isEqualTo(200);
            }
        }
        store.bean(BlobSweep.class).sweepReleased(Duration.ZERO);
        assertThat(store.get(target).send().bytes()).isEqualTo(random(100_000, 1));
    }

    private String create() {
        return store.call("POST", target + "?uploads").send().expect(200).element("UploadId");
    }

    private String part(String upload, int number, byte[] bytes) {
        return store.put(target + "?partNumber=" + number + "&uploadId=" + upload, bytes)
                .send()
                .expect(200)
                .header("ETag")
                .replace("\"", "");
    }

    private RunningStore.Answer complete(String upload, String document) {
        return store.call("POST", target + "?uploadId=" + upload).body(document).send();
    }

    private static String document(Object... parts) {
        var xml = new StringBuilder("<CompleteMultipartUpload>");
        for (int i = 0; i < parts.length; i += 2) {
            xml.append("<Part><PartNumber>").append(parts[i]).append("</PartNumber><ETag>\"");
            xml.append(parts[i + 1]).append("\"</ETag></Part>");
        }
        return xml.append("</CompleteMultipartUpload>").toString();
    }

    private static byte[] concat(byte[]... all) {
        var out = new ByteArrayOutputStream();
        for (byte[] one : all) {
            out.writeBytes(one);
        }
        return out.toByteArray();
    }

    private static byte[] random(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
