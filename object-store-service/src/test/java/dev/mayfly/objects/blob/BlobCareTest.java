package dev.mayfly.objects.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.objects.testing.RunningStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of blobs whose bytes change where they lie. */
class BlobCareTest {
    private final RunningStore store = RunningStore.get();
    private final BlobStore blobs = store.bean(BlobStore.class);
    private final BlobSweep sweep = store.bean(BlobSweep.class);
    private final Scrub scrub = store.bean(Scrub.class);
    private final String bucket = store.bucket();

    /** Whatever a test damaged is deleted, so that no other finds it. */
    @AfterEach
    void clean() throws IOException {
        for (String key : store.get("/" + bucket + "?list-type=2").send().elements("Key")) {
            store.call("DELETE", "/" + bucket + "/" + key).send().expect(204);
        }
        sweep.sweepReleased(Duration.ZERO);
        sweep.sweepOrphans(Duration.ofSeconds(-60));
    }

    @Test
    void aDamagedBlockIsNeverSentByThisProcess() throws IOException {
        byte[] bytes = random(20_000);
        store.put("/" + bucket + "/k", bytes).send().expect(200);
        flip(path(blob("k")), 10_000);
        store.get("/" + bucket + "/k").send().expect(500, "InternalError");
        store.get("/" + bucket + "/k").header("Range", "bytes=5-6").send().expect(500, "InternalError");
        assertThat(store.bean(BlobIndex.class).damage(blob("k")))
                .hasValueSatisfying(damage -> assertThat(damage).contains("not those that were written"));
    }

    @Test
    void damageBehindWhatWasSentBreaksTheConnection() throws IOException {
        String target = "/" + bucket + "/parts";
        String upload = store.call("POST", target + "?uploads").send().element("UploadId");
        byte[] first = random(5 << 20);
        byte[] second = random(300_000);
        String parts = part(target, upload, 1, first) + part(target, upload, 2, second);
        store.call("POST", target + "?uploadId=" + upload)
                .body("<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>")
                .send()
                .expect(200);
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        assertThat(store.get(target).send().expect(200).bytes()).isEqualTo(all);
        UUID last = segments("parts").getLast();
        flip(path(last), 200_000);
        assertThatThrownBy(() -> store.get(target).send()).isInstanceOf(UncheckedIOException.class);
        // The other blocks are as they were.
        assertThat(store.get(target)
                        .header("Range", "bytes=5242000-5300000")
                        .send()
                        .expect(206)
                        .bytes())
                .isEqualTo(Arrays.copyOfRange(all, 5_242_000, 5_300_001));
    }

    @Test
    void theScrubFindsWhatTheKernelSends() throws IOException {
        for (String key : List.of("flipped", "short", "gone", "well", "old")) {
            store.put("/" + bucket + "/" + key, random(200_000)).send().expect(200);
        }
        store.jdbc()
                .sql("UPDATE blob SET checksums = NULL WHERE id = ?")
                .param(blob("old"))
                .update();
        flip(path(blob("flipped")), 150_000);
        try (var file = new RandomAccessFile(path(blob("short")).toFile(), "rw")) {
            file.setLength(199_999);
        }
        Files.delete(path(blob("gone")));
        assertThat(scrub.scrubAll()).isTrue();
        var index = store.bean(BlobIndex.class);
        assertThat(index.damage(blob("flipped")))
                .hasValue("the 65536 bytes from 131072 are not those that were written");
        assertThat(index.damage(blob("short"))).hasValue("it ends before its 200000 bytes");
        assertThat(index.damage(blob("gone"))).hasValue("the store has no such blob");
        assertThat(index.damage(blob("well"))).isEmpty();
        assertThat(store.bean(MeterRegistry.class)
                        .get("mayfly.objects.blobs.damaged")
                        .gauge()
                        .value())
                .isGreaterThanOrEqualTo(3);
        // Put back, it is sound again; one that had no checksums has been given them.
        flip(path(blob("flipped")), 150_000);
        flip(path(blob("old")), 0);
        assertThat(scrub.scrubAll()).isTrue();
        assertThat(index.damage(blob("flipped"))).isEmpty();
        assertThat(index.damage(blob("old"))).isPresent();
    }

    @Test
    void theScrubGoesOnWhereItWasAndOneProcessAtATime() throws IOException {
        for (String key : List.of("a", "b", "c")) {
            store.put("/" + bucket + "/" + key, random(200_000)).send().expect(200);
        }
        flip(path(blob("c")), 199_000);
        store.jdbc()
                .sql("UPDATE scrub SET holder = ?, held_until = now() + interval '1 hour'")
                .param(UUID.randomUUID())
                .update();
        assertThat(scrub.scrubAll()).isFalse();
        store.jdbc()
                .sql(
                        "UPDATE scrub SET held_until = now() - interval '1 hour', round_at = now() - interval '2 days', after = ?")
                .param(new UUID(blob("a").getMostSignificantBits(), blob("a").getLeastSignificantBits() - 1))
                .update();
        // Half a blob at a time.
        for (int step = 0;
                step < 200 && store.bean(BlobIndex.class).damage(blob("c")).isEmpty();
                step++) {
            scrub.step(2 * BlockSums.BLOCK_BYTES);
        }
        assertThat(store.bean(BlobIndex.class).damage(blob("c"))).isPresent();
    }

    @Test
    void verificationNamesEveryDifferenceAndRepairsWhatIsSafe() throws IOException {
        for (String key : List.of("flipped", "short", "gone", "well", "miscounted", "unknown", "leaked")) {
            store.put("/" + bucket + "/" + key, random(100_000)).send().expect(200);
        }
        assertThat(differences(true, false)).isEmpty();
        UUID flipped = blob("flipped");
        UUID shortened = blob("short");
        UUID gone = blob("gone");
        UUID miscounted = blob("miscounted");
        UUID unknown = blob("unknown");
        UUID leaked = blob("leaked");
        flip(path(flipped), 70_000);
        try (var file = new RandomAccessFile(path(shortened).toFile(), "rw")) {
            file.setLength(1);
        }
        Files.delete(path(gone));
        store.jdbc()
                .sql("UPDATE blob SET refs = 3 WHERE id = ?")
                .param(miscounted)
                .update();
        store.jdbc().sql("DELETE FROM blob WHERE id = ?").param(unknown).update();
        store.jdbc().sql("DELETE FROM object WHERE key = 'leaked'").update();
        UUID orphan;
        try (BlobWrite write = blobs.begin()) {
            write.write(random(10), 0, 10);
            write.commit();
            orphan = write.id();
        }
        Files.setLastModifiedTime(
                path(orphan),
                java.nio.file.attribute.FileTime.from(java.time.Instant.now().minusSeconds(7200)));
        String name = bucket + "/";
        assertThat(differences(true, false))
                .extracting(Difference::kind, Difference::blob, Difference::objects)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(
                                Difference.Kind.CHECKSUM, flipped, List.of(name + "flipped")),
                        org.assertj.core.groups.Tuple.tuple(Difference.Kind.SIZE, shortened, List.of(name + "short")),
                        org.assertj.core.groups.Tuple.tuple(Difference.Kind.MISSING, gone, List.of(name + "gone")),
                        org.assertj.core.groups.Tuple.tuple(Difference.Kind.REFERENCES, miscounted, List.of()),
                        org.assertj.core.groups.Tuple.tuple(Difference.Kind.REFERENCES, leaked, List.of()),
                        org.assertj.core.groups.Tuple.tuple(
                                Difference.Kind.UNKNOWN, unknown, List.of(name + "unknown")),
                        org.assertj.core.groups.Tuple.tuple(Difference.Kind.ORPHAN, orphan, List.of()));
        assertThat(differences(false, true)).filteredOn(Difference::repaired).hasSize(4);
        sweep.sweepReleased(Duration.ZERO);
        assertThat(path(leaked)).doesNotExist();
        assertThat(path(orphan)).doesNotExist();
        assertThat(differences(false, true))
                .extracting(Difference::blob)
                .containsExactlyInAnyOrder(flipped, shortened, gone);
        store.get("/" + bucket + "/unknown").send().expect(200);
    }

    @Test
    void verificationIsForTheOperator() {
        String operator = "000000000000";
        assertThat(store.verify(RunningStore.ALICE).status()).isEqualTo(403);
        var answer = store.verify(operator).expect(200);
        assertThat(answer.text().strip().lines().toList().getLast()).contains("\"verified\":true");
    }

    private List<Difference> differences(boolean checksums, boolean repair) throws IOException {
        var found = new ArrayList<Difference>();
        store.bean(BlobVerification.class)
                .verify(new BlobVerification.Task(checksums, repair), found::add, progress -> {});
        return found;
    }

    private String part(String target, String upload, int number, byte[] bytes) {
        String etag = store.put(target + "?partNumber=" + number + "&uploadId=" + upload, bytes)
                .send()
                .expect(200)
                .header("ETag");
        return "<Part><PartNumber>" + number + "</PartNumber><ETag>" + etag + "</ETag></Part>";
    }

    private UUID blob(String key) {
        return segments(key).getFirst();
    }

    private List<UUID> segments(String key) {
        return store.jdbc()
                .sql("""
                        SELECT unnest(blob_ids) FROM object o JOIN bucket b ON b.id = o.bucket_id
                        WHERE b.name = ? AND o.key = ?""")
                .params(bucket, key.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .query(UUID.class)
                .list();
    }

    private Path path(UUID blob) {
        return blobs.file(blob).orElseThrow();
    }

    private static void flip(Path file, long at) throws IOException {
        try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            int one = bytes.read();
            bytes.seek(at);
            bytes.write(one ^ 0x40);
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
