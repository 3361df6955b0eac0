package dev.mayfly.objects.object;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.objects.blob.BlobSweep;
import dev.mayfly.objects.blob.BlobVerification;
import dev.mayfly.objects.blob.Difference;
import dev.mayfly.objects.testing.RunningStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Both sweeps, with a grace time of one second, while everything else goes on. */
class SweepRaceTest {
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final Duration TIME = Duration.ofSeconds(6);

    private final RunningStore store = RunningStore.get();
    private final BlobSweep sweep = store.bean(BlobSweep.class);
    private final String bucket = store.bucket();

    /** What each key must have in the end; each has one writer. */
    private final Map<String, Byte> committed = new ConcurrentHashMap<>();

    @Test
    void sweepsTakeNothingThatIsReadOrCommitted() throws Exception {
        Instant end = Instant.now().plus(TIME);
        var ended = new AtomicBoolean();
        var work = new ArrayList<Callable<Void>>();
        for (int n = 0; n < 2; n++) {
            String own = "writer" + n;
            work.add(until(end, round -> write(own, (byte) round)));
            work.add(until(end, round -> copy("writer0", own + "-copy")));
            work.add(until(end, round -> upload(own + "-parts", (byte) round)));
            work.add(until(end, round -> {
                write(own + "-gone", (byte) round);
                store.call("DELETE", target(own + "-gone")).send().expect(204);
                committed.remove(own + "-gone");
            }));
            work.add(until(end, round -> {
                for (String key : List.of("writer0", "writer1", own + "-copy", own + "-parts")) {
                    read(key);
                }
            }));
        }
        try (var sweeping = Executors.newVirtualThreadPerTaskExecutor()) {
            var sweeper = sweeping.submit(() -> {
                while (!ended.get()) {
                    sweep.sweepReleased(GRACE);
                    sweep.sweepOrphans(GRACE);
                }
                return null;
            });
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var done : threads.invokeAll(work)) {
                    done.get();
                }
            } finally {
                ended.set(true);
            }
            sweeper.get();
        }
        committed.forEach((key, value) -> assertThat(
                        store.get(target(key)).send().expect(200).bytes())
                .as(key)
                .containsOnly(value));
        sweep.sweepReleased(Duration.ZERO);
        sweep.sweepOrphans(Duration.ofSeconds(-60));
        var found = new ArrayList<Difference>();
        store.bean(BlobVerification.class).verify(new BlobVerification.Task(true, false), found::add, progress -> {});
        assertThat(found).isEmpty();
        assertThat(sweep.sweepOrphans(Duration.ofSeconds(-60))).isZero();
    }

    @FunctionalInterface
    private interface Step {
        void run(int round);
    }

    private static Callable<Void> until(Instant end, Step step) {
        return () -> {
            for (int round = 0; Instant.now().isBefore(end); round++) {
                step.run(round);
            }
            return null;
        };
    }

    private void write(String key, byte value) {
        store.put(target(key), filled(60_000 + (value & 7) * 1000, value))
                .send()
                .expect(200);
        committed.put(key, value);
    }

    private void copy(String from, String to) {
        int status = store.call("PUT", target(to))
                .header("x-amz-copy-source", bucket + "/" + from)
                .send()
                .status();
        assertThat(status).isIn(200, 404);
    }

    /** Two parts by upload, one by copy, one that is left out. */
    private void upload(String key, byte value) {
        String upload = store.call("POST", target(key) + "?uploads").send().element("UploadId");
        String query = "&uploadId=" + upload;
        store.put(target(key) + "?partNumber=3" + query, filled(30_000, value))
                .send()
                .expect(200);
        String etag = store.put(target(key) + "?partNumber=1" + query, filled(30_000, value))
                .send()
                .expect(200)
                .header("ETag");
        store.call("POST", target(key) + "?uploadId=" + upload)
                .body("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag
                        + "</ETag></Part></CompleteMultipartUpload>")
                .send()
                .expect(200);
        committed.put(key, value);
    }

    private void read(String key) {
        var answer = store.get(target(key)).send();
        assertThat(answer.status()).as(key).isIn(200, 404);
        if (answer.status() == 200) {
            byte[] bytes = answer.bytes();
            assertThat(bytes).isEqualTo(filled(bytes.length, bytes[0]));
        }
    }

    private String target(String key) {
        return "/" + bucket + "/" + key;
    }

    private static byte[] filled(int length, byte value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, value);
        return bytes;
    }
}
