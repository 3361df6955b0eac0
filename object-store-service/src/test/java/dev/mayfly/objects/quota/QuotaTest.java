package dev.mayfly.objects.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.objects.testing.RunningStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuotaTest {
    private static final String OPERATOR = "000000000000";
    private static final int SIZE = 20_000;

    private final RunningStore store = RunningStore.get();
    private final String account = "5" + ThreadLocalRandom.current().nextLong(10_000_000_000L, 99_999_999_999L);
    private final String bucket = store.bucket(account);

    private RunningStore.Answer quota(String method, String query) {
        return store.api(method, "/v1/objects/quotas/" + account, query)
                .as(OPERATOR)
                .send();
    }

    private RunningStore.Answer put(String key, int size) {
        return store.put("/" + bucket + "/" + key, new byte[size]).as(account).send();
    }

    private RunningStore.Answer call(String method, String target) {
        return store.call(method, "/" + bucket + target).as(account).send();
    }

    private void assertUsed(long bytes, long objects) {
        assertThat(quota("GET", "").expect(200).text())
                .contains("\"bytesUsed\":" + bytes + ",", "\"objectsUsed\":" + objects + "}");
    }

    /** How many were answered 200; all others must have been refused because of the quota. */
    private static long winners(List<Callable<RunningStore.Answer>> work) throws Exception {
        try (var pool = Executors.newFixedThreadPool(8)) {
            long won = 0;
            for (var future : pool.invokeAll(work)) {
                RunningStore.Answer answer = future.get();
                if (answer.status() == 200) {
                    won++;
                } else {
                    answer.expect(403, "QuotaExceeded");
                }
            }
            return won;
        }
    }

    @Test
    void racingWritersNeverPassTheQuotaOfBytes() throws Exception {
        put("before", SIZE).expect(200);
        quota("PUT", "?bytes=" + 5 * SIZE).expect(200);
        assertUsed(SIZE, 1);
        var work = new ArrayList<Callable<RunningStore.Answer>>();
        for (int i = 0; i < 40; i++) {
            String key = "k" + i;
            work.add(() -> put(key, SIZE));
        }
        assertThat(winners(work)).isEqualTo(4);
        assertUsed(5 * SIZE, 5);
        assertThat(store.bean(MeterRegistry.class)
                        .counter("mayfly.objects.refused", "limit", "bytes")
                        .count())
                .isGreaterThanOrEqualTo(36);
        put("before", SIZE).expect(200);
        put("before", SIZE + 1).expect(403, "QuotaExceeded");
        put("before", SIZE - 1).expect(200);
        put("one", 1).expect(200);
        put("more", 1).expect(403, "QuotaExceeded");
        store.put("/" + bucket + "/copy", "")
                .as(account)
                .header("x-amz-copy-source", bucket + "/before")
                .send()
                .expect(403, "QuotaExceeded");
        call("DELETE", "/before").expect(204);
        put("more", SIZE - 1).expect(200);
        quota("PUT", "?bytes=10&objects=1000000").expect(200);
        put("more", SIZE).expect(403, "QuotaExceeded");
        put("more", SIZE - 2).expect(200);
        quota("DELETE", "").expect(204);
        put("free", SIZE).expect(200);
        assertUsed(6 * SIZE - 1, 7);
    }

    @Test
    void versionsCountUntilTheyAreDeleted() {
        store.put(
                        "/" + bucket + "?versioning",
                        "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
                .as(account)
                .send()
                .expect(200);
        quota("PUT", "?objects=2").expect(200);
        String first = put("k", 10).expect(200).header("x-amz-version-id");
        put("k", 20).expect(200);
        put("k", 30).expect(403, "QuotaExceeded");
        call("DELETE", "/k").expect(204);
        put("k", 30).expect(403, "QuotaExceeded");
        call("DELETE", "/k?versionId=" + first).expect(204);
        put("k", 30).expect(200);
        assertUsed(50, 2);
    }

    @Test
    void racingUploadsInPartsNeverPassTheQuota() throws Exception {
        quota("PUT", "?bytes=" + 6 * SIZE + "&objects=2").expect(200);
        var uploads = new ArrayList<String>();
        for (int i = 0; i < 8; i++) {
            uploads.add("/u" + i + "?uploadId="
                    + call("POST", "/u" + i + "?uploads").element("UploadId"));
        }
        var parts = new ArrayList<Callable<RunningStore.Answer>>();
        for (String upload : uploads) {
            parts.add(() -> store.put("/" + bucket + upload + "&partNumber=1", new byte[SIZE])
                    .as(account)
                    .send());
        }
        assertThat(winners(parts)).isEqualTo(6);
        assertUsed(6 * SIZE, 0);
        String etag = put("probe", 0).expect(200).header("ETag");
        assertThat(etag).isNotEmpty();
        call("DELETE", "/probe").expect(204);
        var ends = new ArrayList<Callable<RunningStore.Answer>>();
        for (String upload : uploads) {
            String part = call("GET", upload).expect(200).element("ETag");
            if (!part.isEmpty()) {
                ends.add(() -> store.call("POST", "/" + bucket + upload)
                        .as(account)
                        .body("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + part
                                + "</ETag></Part></CompleteMultipartUpload>")
                        .send());
            }
        }
        assertThat(ends).hasSize(6);
        assertThat(winners(ends)).isEqualTo(2);
        assertUsed(6 * SIZE, 2);
        uploads.forEach(upload -> call("DELETE", upload));
        assertUsed(2 * SIZE, 2);
    }

    /** The quota of all binds who has none of its own, from the next change on. */
    @Test
    void accountsWithoutAQuotaHaveThatOfAll() {
        var quotas = store.bean(Quotas.class);
        put("k", 10).expect(200);
        quotas.set(Quotas.ALL, new Quota(10L, null, null));
        try {
            put("l", 1).expect(403, "QuotaExceeded");
            put("k", 9).expect(200);
            quota("PUT", "").expect(200);
            put("l", 100).expect(200);
        } finally {
            quotas.set(Quotas.ALL, Quota.NONE);
        }
        assertUsed(109, 2);
    }

    @Test
    void requestsAreLimited() {
        quota("PUT", "?requestsPerSecond=0").expect(200);
        RunningStore.Answer slow = call("GET", "").expect(503, "SlowDown");
        assertThat(slow.header("Retry-After")).isEqualTo("1");
        quota("PUT", "?requestsPerSecond=100000").expect(200);
        call("GET", "").expect(200);
    }

    @Test
    void aRateAllowsItsBurstAndThenItsPace() {
        var rate = new Rate(0);
        for (int i = 0; i < 10; i++) {
            assertThat(rate.admits(10, 5)).isTrue();
        }
        assertThat(rate.admits(10, 5)).isFalse();
        assertThat(rate.admits(10, 99_999_999)).isFalse();
        assertThat(rate.admits(10, 100_000_005)).isTrue();
        assertThat(rate.admits(10, 100_000_005)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?bytes=-1",
                "?bytes=x",
                "?objects=1.5",
                "?bytes=9999999999999999999",
                "?requestsPerSecond=1000001",
                "?bytes="
            })
    void nonsenseIsRefused(String query) {
        quota("PUT", query).expect(400);
    }

    @Test
    void onlyTheOperatorSetsQuotas() {
        String path = "/v1/objects/quotas/" + account;
        store.api("PUT", path, "?bytes=1").as(account).send().expect(403);
        store.api("DELETE", path, "").as(account).send().expect(403);
        store.api("PUT", path, "?bytes=1").as(OPERATOR, Role.DEPLOYER).send().expect(403);
        store.api("GET", path, "").as(account).send().expect(200);
        store.api("GET", path, "").as(account, Role.INVOKER).send().expect(403);
        store.api("GET", path, "").as(RunningStore.BOB).send().expect(403);
        store.api("GET", "/v1/objects/quotas/nobody", "").as(OPERATOR).send().expect(400);
    }
}
