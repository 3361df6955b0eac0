package dev.mayfly.objects.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.objects.testing.RunningStore;
import dev.mayfly.objects.testing.RunningStore.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Time passes by setting back what rows say of it. */
class LifecycleTest {
    private static final Duration DAY = Duration.ofDays(1);
    private final RunningStore store = RunningStore.get();
    private final String bucket = store.bucket();

    private Answer configure(String rules) {
        return store.put("/" + bucket + "?lifecycle", "<LifecycleConfiguration>" + rules + "</LifecycleConfiguration>")
                .send();
    }

    private static String rule(String id, String filterAndActions) {
        return "<Rule><ID>" + id + "</ID><Status>Enabled</Status>" + filterAndActions + "</Rule>";
    }

    private String put(String key, String text) {
        return store.put("/" + bucket + "/" + key, text).send().expect(200).header("x-amz-version-id");
    }

    private void versioned() {
        store.put(
                        "/" + bucket + "?versioning",
                        "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
                .send()
                .expect(200);
    }

    /** Makes everything of the bucket older, and works until no round is due. */
    private void afterDays(int days) {
        for (String change : List.of(
                "object SET modified_at = modified_at - ?::interval",
                "version SET modified_at = modified_at - ?::interval, noncurrent_at = noncurrent_at - ?::interval",
                "upload SET initiated_at = initiated_at - ?::interval")) {
            var update =
                    store.jdbc().sql("UPDATE " + change + " WHERE bucket_id = (SELECT id FROM bucket WHERE name = ?)");
            for (int i = change.split("\\?", -1).length - 1; i > 0; i--) {
                update = update.param(days + " days");
            }
            update.param(bucket).update();
        }
        store.jdbc().sql("DELETE FROM lifecycle_round").update();
        store.bean(LifecycleWorker.class).work();
    }

    private List<String> keys() {
        return store.get("/" + bucket).send().expect(200).elements("Key");
    }

    private List<String> versions() {
        return store.get("/" + bucket + "?versions").send().expect(200).elements("VersionId");
    }

    @Test
    void configurationComesBackAsItWas() {
        store.get("/" + bucket + "?lifecycle").send().expect(404, "NoSuchLifecycleConfiguration");
        configure(
                        rule("old", "<Prefix>a/</Prefix><Expiration><Days>3</Days></Expiration>")
                                + rule(
                                        "new",
                                        "<Filter><And><Prefix>b/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag>"
                                                + "<ObjectSizeGreaterThan>5</ObjectSizeGreaterThan></And></Filter>"
                                                + "<Expiration><Date>2031-01-01T00:00:00Z</Date></Expiration>"
                                                + "<NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays>"
                                                + "<NewerNoncurrentVersions>4</NewerNoncurrentVersions></NoncurrentVersionExpiration>"))
                .expect(200);
        String text = store.get("/" + bucket + "?lifecycle").send().expect(200).text();
        assertThat(text)
                .contains(
                        "<ID>old</ID><Prefix>a/</Prefix><Status>Enabled</Status><Expiration><Days>3</Days></Expiration>")
                .contains("<Filter><And><Prefix>b/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag>")
                .contains("<Date>2031-01-01T00:00:00.000Z</Date>")
                .contains("<NewerNoncurrentVersions>4</NewerNoncurrentVersions>");
        store.call("DELETE", "/" + bucket + "?lifecycle").send().expect(204);
        store.get("/" + bucket + "?lifecycle").send().expect(404);
    }

    @ParameterizedTest
    @CsvSource({
        "<Filter/><Expiration><Days>0</Days></Expiration>, 400, InvalidArgument",
        "<Filter/><Expiration><Days>x</Days></Expiration>, 400, MalformedXML",
        "<Filter/><Expiration><Days>99999999999999999999</Days></Expiration>, 400, MalformedXML",
        "<Filter/><Expiration><Date>2031-01-01T01:00:00Z</Date></Expiration>, 400, InvalidArgument",
        "<Filter/><Expiration><Date>soon</Date></Expiration>, 400, MalformedXML",
        "<Filter/><Expiration><Days>1</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>, 400, MalformedXML",
        "<Expiration><Days>1</Days></Expiration>, 400, MalformedXML",
        "<Filter/><Prefix>a</Prefix><Expiration><Days>1</Days></Expiration>, 400, MalformedXML",
        "<Filter/>, 400, InvalidRequest",
        "<Filter/><Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>, 501, NotImplemented",
        "<Filter/><NoncurrentVersionExpiration/>, 400, MalformedXML",
        "<Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>, 400, InvalidRequest"
    })
    void badRulesAreRefused(String rule, int status, String code) {
        configure(rule("r", rule)).expect(status, code);
        store.get("/" + bucket + "?lifecycle").send().expect(404);
    }

    @Test
    void badConfigurationsAreRefused() {
        String good = "<Filter/><Expiration><Days>1</Days></Expiration>";
        configure("").expect(400, "MalformedXML");
        configure(rule("a", good) + rule("a", good)).expect(400, "InvalidArgument");
        configure(rule("a".repeat(256), good)).expect(400, "InvalidArgument");
        configure("<Rule><Status>enabled</Status>" + good + "</Rule>").expect(400, "MalformedXML");
        configure("<Rule><Status>Enabled</Status>" + good + "</Rule>").expect(200);
        assertThat(store.get("/" + bucket + "?lifecycle").send().element("ID")).isNotEmpty();
    }

    @Test
    void objectsExpireAtTheMidnightAfterTheirDays() {
        configure(
                        rule("days", "<Filter><Prefix>a/</Prefix></Filter><Expiration><Days>2</Days></Expiration>")
                                + rule(
                                        "tagged",
                                        "<Filter><And><Tag><Key>t</Key><Value>1</Value></Tag>"
                                                + "<ObjectSizeLessThan>3</ObjectSizeLessThan></And></Filter>"
                                                + "<Expiration><Days>1</Days></Expiration>")
                                + rule(
                                        "past",
                                        "<Filter><Prefix>p/</Prefix></Filter><Expiration><Date>2015-01-01T00:00:00Z</Date></Expiration>"))
                .expect(200);
        Answer written = store.put("/" + bucket + "/a/1", "x").send().expect(200);
        assertThat(written.header("x-amz-expiration")).endsWith(" 00:00:00 GMT\", rule-id=\"days\"");
        assertThat(store.call("HEAD", "/" + bucket + "/a/1").send().header("x-amz-expiration"))
                .isEqualTo(written.header("x-amz-expiration"));
        for (String key : List.of("b/1", "p/1")) {
            put(key, "x");
        }
        store.put("/" + bucket + "/t/1", "x")
                .header("x-amz-tagging", "t=1&u=2")
                .send()
                .expect(200);
        store.put("/" + bucket + "/t/2", "longer")
                .header("x-amz-tagging", "t=1")
                .send()
                .expect(200);
        afterDays(0);
        assertThat(keys()).containsExactly("a/1", "b/1", "t/1", "t/2");
        afterDays(2);
        assertThat(keys()).doesNotContain("t/1").contains("a/1", "b/1", "t/2");
        afterDays(1);
        assertThat(keys()).containsExactly("b/1", "t/2");
        Instant noon = Instant.parse("2030-05-05T12:00:00Z");
        assertThat(LifecycleRule.after(noon, 1, DAY)).isEqualTo("2030-05-07T00:00:00Z");
        assertThat(LifecycleRule.after(noon, Integer.MAX_VALUE, DAY)).isAfter(noon);
    }

    @Test
    void versionsExpireAfterTheyWereReplaced() {
        versioned();
        configure(rule(
                        "r",
                        "<Filter/><Expiration><Days>10</Days></Expiration><NoncurrentVersionExpiration>"
                                + "<NoncurrentDays>2</NoncurrentDays><NewerNoncurrentVersions>1</NewerNoncurrentVersions>"
                                + "</NoncurrentVersionExpiration>"))
                .expect(200);
        put("k", "1");
        put("k", "2");
        String three = put("k", "3");
        String four = put("k", "4");
        afterDays(1);
        assertThat(versions()).hasSize(4);
        afterDays(2);
        assertThat(versions()).containsExactly(four, three);
        afterDays(20);
        assertThat(versions()).hasSize(3).endsWith(four, three);
        assertThat(keys()).isEmpty();
        afterDays(3);
        assertThat(versions()).hasSize(2).endsWith(four);
        store.call("DELETE", "/" + bucket + "/k?versionId=" + four).send().expect(204);
        assertThat(versions()).hasSize(1);
        afterDays(11);
        assertThat(versions()).isEmpty();
    }

    @Test
    void spentMarkersAndOldUploadsGoAndLockedVersionsStay() {
        String locked = "locked-" + UUID.randomUUID();
        store.call("PUT", "/" + locked)
                .header("x-amz-bucket-object-lock-enabled", "true")
                .send()
                .expect(200);
        versioned();
        configure(rule(
                        "r",
                        "<Prefix>m/</Prefix><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"
                                + "<AbortIncompleteMultipartUpload><DaysAfterInitiation>3</DaysAfterInitiation>"
                                + "</AbortIncompleteMultipartUpload>"))
                .expect(200);
        for (String key : List.of("m/1", "other")) {
            store.call("DELETE", "/" + bucket + "/" + key).send().expect(204);
            store.call("POST", "/" + bucket + "/" + key + "?uploads").send().expect(200);
        }
        String kept = put("m/2", "x");
        store.call("DELETE", "/" + bucket + "/m/2").send().expect(204);
        afterDays(1);
        assertThat(store.get("/" + bucket + "?versions").send().elements("Key")).containsExactly("m/2", "m/2", "other");
        assertThat(versions()).contains(kept);
        assertThat(store.get("/" + bucket + "?uploads").send().elements("Key")).hasSize(2);
        afterDays(4);
        assertThat(store.get("/" + bucket + "?uploads").send().elements("Key")).containsExactly("other");

        store.put("/" + locked + "/k", "1").send().expect(200);
        store.put("/" + locked + "/k?legal-hold", "<LegalHold><Status>ON</Status></LegalHold>")
                .send()
                .expect(200);
        store.put("/" + locked + "/k", "2").send().expect(200);
        store.put("/" + locked + "/k", "3").send().expect(200);
        store.put(
                        "/" + locked + "?lifecycle",
                        "<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status><Filter/><NoncurrentVersionExpiration>"
                                + "<NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>")
                .send()
                .expect(200);
        store.jdbc()
                .sql("UPDATE version SET noncurrent_at = noncurrent_at - interval '3 days' WHERE bucket_id ="
                        + " (SELECT id FROM bucket WHERE name = ?)")
                .param(locked)
                .update();
        store.jdbc().sql("DELETE FROM lifecycle_round").update();
        store.bean(LifecycleWorker.class).work();
        assertThat(store.get("/" + locked + "?versions").send().elements("VersionId"))
                .hasSize(2);
    }
}
