package dev.mayfly.objects.object;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.objects.blob.BlobSweep;
import dev.mayfly.objects.testing.RunningStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class RaceTest {
    private final RunningStore store = RunningStore.get();
    private final String bucket = store.bucket();

    @Test
    void readersSeeOneWriteOrAnother() throws Exception {
        String target = "/" + bucket + "/k";
        store.put(target, filled(0)).send().expect(200);
        var work = new ArrayList<Callable<Void>>();
        for (int n = 0; n < 6; n++) {
            int writer = n;
            work.add(() -> {
                for (int i = 0; i < 20; i++) {
                    store.put(target, filled(writer)).send().expect(200);
                }
                return null;
            });
            work.add(() -> {
                for (int i = 0; i < 40; i++) {
                    byte[] bytes = store.get(target).send().expect(200).bytes();
                    assertThat(bytes).containsOnly(bytes[0]).hasSize(filled(bytes[0]).length);
                }
                return null;
            });
        }
        runAll(work);
        assertBlobsMatchIndex();
    }

    @Test
    void putsDeletesCopiesAndSweepsKeepTheCount() throws Exception {
        var work = new ArrayList<Callable<Void>>();
        var ended = new AtomicBoolean();
        for (int n = 0; n < 4; n++) {
            int number = n;
            work.add(() -> {
                for (int i = 0; i < 25; i++) {
                    store.put("/" + bucket + "/" + (i + number) % 3, filled(9))
                            .send()
                            .expect(200);
                }
                return null;
            });
            work.add(() -> {
                for (int i = 0; i < 25; i++) {
                    store.call("DELETE", "/" + bucket + "/" + (i + number) % 3)
                            .send()
                            .expect(204);
                }
                return null;
            });
            work.add(() -> {
                for (int i = 0; i < 25; i++) {
                    int status = store.call("PUT", "/" + bucket + "/" + (i + number) % 3)
                            .header("x-amz-copy-source", bucket + "/" + (i + number + 1) % 3)
                            .send()
                            .status();
                    assertThat(status).isIn(200, 404);
                }
                return null;
            });
        }
        try (var sweeper = Executors.newVirtualThreadPerTaskExecutor()) {
            var sweeping = sweeper.submit(() -> {
                while (!ended.get()) {
                    store.bean(BlobSweep.class).sweepReleased(Duration.ZERO);
                }
                return null;
            });
            try {
                runAll(work);
            } finally {
                ended.set(true);
            }
            sweeping.get();
        }
        assertBlobsMatchIndex();
        for (String key : List.of("0", "1", "2")) {
            assertThat(store.get("/" + bucket + "/" + key).send().status()).isIn(200, 404);
        }
    }

    @Test
    void oneOfManyConditionalWritersWins() throws Exception {
        var work = new ArrayList<Callable<Integer>>();
        for (int n = 0; n < 8; n++) {
            int number = n;
            work.add(() -> store.put("/" + bucket + "/once", filled(number))
                    .header("If-None-Match", "*")
                    .send()
                    .status());
        }
        var statuses = runAll(work);
        assertThat(statuses).containsOnly(200, 412).containsOnlyOnce(200);
        assertBlobsMatchIndex();
    }

    /** After the sweep every blob has exactly the names that it counts, and every named blob can be read. */
    private void assertBlobsMatchIndex() throws Exception {
        var sweep = store.bean(BlobSweep.class);
        sweep.sweepReleased(Duration.ZERO);
        assertThat(store.jdbc().sql("""
                                WITH named AS (
                                    SELECT id, count(*) AS n FROM (
                                        SELECT unnest(blob_ids) AS id FROM object
                                        UNION ALL SELECT unnest(blob_ids) FROM version
                                        UNION ALL SELECT unnest(blob_ids) FROM part) AS names
                                    GROUP BY id)
                                SELECT count(*) FROM named FULL JOIN blob USING (id)
                                WHERE named.n IS DISTINCT FROM blob.refs""").query(Long.class).single()).isZero();
        assertThat(sweep.sweepOrphans(Duration.ofSeconds(-5))).isZero();
    }

    private static <T> List<T> runAll(List<Callable<T>> work) throws Exception {
        var results = new ArrayList<T>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(work)) {
                results.add(done.get());
            }
        }
        return results;
    }

    private static byte[] filled(int with) {
        byte[] bytes = new byte[20_000 + with * 1000];
        java.util.Arrays.fill(bytes, (byte) with);
        return bytes;
    }
}
