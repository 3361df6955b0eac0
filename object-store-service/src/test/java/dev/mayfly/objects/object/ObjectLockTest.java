package dev.mayfly.objects.object;

import static dev.mayfly.objects.testing.RunningStore.ALICE;
import static dev.mayfly.objects.testing.RunningStore.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.objects.testing.RunningStore;
import dev.mayfly.objects.testing.RunningStore.Answer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ObjectLockTest {
    private static final String SOON = Instant.now()
            .plus(5, ChronoUnit.DAYS)
            .truncatedTo(ChronoUnit.SECONDS)
            .toString();
    private static final String LATER = Instant.now()
            .plus(9, ChronoUnit.DAYS)
            .truncatedTo(ChronoUnit.SECONDS)
            .toString();
    private final RunningStore store = RunningStore.get();
    private final String bucket = "lock-" + UUID.randomUUID();

    ObjectLockTest() {
        store.call("PUT", "/" + bucket)
                .header("x-amz-bucket-object-lock-enabled", "true")
                .send()
                .expect(200);
    }

    private String put(String key) {
        return store.put("/" + bucket + "/" + key, "x").send().expect(200).header("x-amz-version-id");
    }

    private Answer retain(String key, String mode, String until, boolean bypass) {
        String document = mode.isEmpty()
                ? "<Retention/>"
                : "<Retention><Mode>" + mode + "</Mode><RetainUntilDate>" + until + "</RetainUntilDate></Retention>";
        return store.put("/" + bucket + "/" + key + "?retention", document)
                .header("x-amz-bypass-governance-retention", Boolean.toString(bypass))
                .send();
    }

    private Answer delete(String key, String version, boolean bypass) {
        return store.call("DELETE", "/" + bucket + "/" + key + "?versionId=" + version)
                .header("x-amz-bypass-governance-retention", Boolean.toString(bypass))
                .send();
    }

    private Answer configure(String target, String rule) {
        return store.put(
                        "/" + target + "?object-lock",
                        "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>" + rule
                                + "</ObjectLockConfiguration>")
                .send();
    }

    private static String rule(String retention) {
        return "<Rule><DefaultRetention>" + retention + "</DefaultRetention></Rule>";
    }

    @Test
    void configurationOfBuckets() {
        assertThat(store.get("/" + bucket + "?versioning").send().element("Status"))
                .isEqualTo("Enabled");
        assertThat(store.get("/" + bucket + "?object-lock").send().expect(200).text())
                .contains("<ObjectLockEnabled>Enabled</ObjectLockEnabled>")
                .doesNotContain("Rule");
        store.put(
                        "/" + bucket + "?versioning",
                        "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>")
                .send()
                .expect(409, "InvalidBucketState");
        configure(bucket, rule("<Mode>GOVERNANCE</Mode><Days>3</Days>")).expect(200);
        assertThat(store.get("/" + bucket + "?object-lock").send().element("Days"))
                .isEqualTo("3");
        String version = put("k");
        Answer read = store.get("/" + bucket + "/k").send();
        assertThat(read.header("x-amz-object-lock-mode")).isEqualTo("GOVERNANCE");
        assertThat(Instant.parse(read.header("x-amz-object-lock-retain-until-date")))
                .isBetween(Instant.now().plus(2, ChronoUnit.DAYS), Instant.now().plus(4, ChronoUnit.DAYS));
        delete("k", version, false).expect(403, "AccessDenied");
        configure(bucket, rule("<Mode>GOVERNANCE</Mode><Days>1</Days><Years>1</Years>"))
                .expect(400, "MalformedXML");
        configure(bucket, rule("<Mode>governance</Mode><Days>1</Days>")).expect(400, "MalformedXML");
        configure(bucket, rule("<Mode>GOVERNANCE</Mode><Days>0</Days>")).expect(400, "InvalidRetentionPeriod");
        configure(bucket, rule("<Mode>GOVERNANCE</Mode><Years>-1</Years>")).expect(400, "InvalidRetentionPeriod");
        configure(bucket, rule("<Mode>GOVERNANCE</Mode><Years>99999999999</Years>"))
                .expect(400, "InvalidRetentionPeriod");

        String plain = store.bucket();
        store.get("/" + plain + "?object-lock").send().expect(404, "ObjectLockConfigurationNotFoundError");
        configure(plain, "").expect(409, "InvalidBucketState");
        store.put("/" + plain + "/k", "x").send().expect(200);
        store.get("/" + plain + "/k?retention").send().expect(400, "InvalidRequest");
        store.get("/" + plain + "/k?legal-hold").send().expect(400, "InvalidRequest");
        store.put("/" + plain + "/k", "x")
                .header("x-amz-object-lock-legal-hold", "ON")
                .send()
                .expect(400, "InvalidRequest");
    }

    @Test
    void governanceHoldsUntilItIsBypassed() {
        String version = put("k");
        store.get("/" + bucket + "/k?retention").send().expect(404, "NoSuchObjectLockConfiguration");
        retain("k", "GOVERNANCE", SOON, false).expect(200);
        assertThat(store.get("/" + bucket + "/k?retention").send().element("Mode"))
                .isEqualTo("GOVERNANCE");
        retain("k", "GOVERNANCE", LATER, false).expect(200);
        retain("k", "GOVERNANCE", SOON, false).expect(403, "AccessDenied");
        retain("k", "COMPLIANCE", LATER, false).expect(403, "AccessDenied");
        retain("k", "", "", false).expect(403, "AccessDenied");
        retain("k", "GOVERNANCE", SOON, true).expect(200);
        delete("k", version, false).expect(403, "AccessDenied");
        store.call("DELETE", "/" + bucket + "/k").send().expect(204);
        delete("k", version, false).expect(403, "AccessDenied");
        delete("k", version, true).expect(204);
        store.get("/" + bucket + "/k?versionId=" + version).send().expect(404, "NoSuchVersion");
    }

    /** Whoever may delete may not bypass, nor grant it to itself: that is for owners, and a policy may take it from them. */
    @Test
    void notEverybodyBypassesGovernance() {
        String version = put("k");
        retain("k", "GOVERNANCE", LATER, false).expect(200);
        String target = "/" + bucket + "/k?versionId=" + version;
        bypassing("DELETE", target, Role.DEPLOYER, "").expect(403, "AccessDenied");
        bypassing("PUT", "/" + bucket + "/k?retention", Role.DEPLOYER, "<Retention/>")
                .expect(403, "AccessDenied");
        String many = "<Delete><Object><Key>k</Key><VersionId>" + version + "</VersionId></Object></Delete>";
        assertThat(bypassing("POST", "/" + bucket + "?delete", Role.DEPLOYER, many)
                        .expect(200)
                        .element("Code"))
                .isEqualTo("AccessDenied");
        policy("Deny", "*");
        bypassing("DELETE", target, Role.OWNER, "").expect(403, "AccessDenied");
        for (String named : List.of("*", "arn:aws:iam::" + ALICE + ":user/AKIATEST")) {
            policy("Allow", named);
            bypassing("DELETE", target, Role.DEPLOYER, "").expect(403, "AccessDenied");
            bypassing("PUT", "/" + bucket + "/k?retention", Role.DEPLOYER, "<Retention/>")
                    .expect(403, "AccessDenied");
        }
        assertThat(bypassing("POST", "/" + bucket + "?delete", Role.OWNER, many)
                        .expect(200)
                        .elements("Key"))
                .containsExactly("k");
        store.get(target).send().expect(404, "NoSuchVersion");
    }

    @Test
    void aPolicyLetsOnlyOtherAccountsBypassGovernance() {
        String version = put("k");
        retain("k", "GOVERNANCE", LATER, false).expect(200);
        String target = "/" + bucket + "/k?versionId=" + version;
        policy("Allow", "*", "s3:DeleteObjectVersion");
        bypassing("DELETE", target, BOB, Role.OWNER, "").expect(403, "AccessDenied");
        policy("Allow", "*", "s3:*");
        bypassing("DELETE", target, Voucher.ANONYMOUS, Role.INVOKER, "").expect(403, "AccessDenied");
        store.call("DELETE", target)
                .asFunction(ALICE, "arn:aws:lambda:us-east-1:" + ALICE + ":function:f")
                .header("x-amz-bypass-governance-retention", "true")
                .send()
                .expect(403, "AccessDenied");
        bypassing("DELETE", target, BOB, Role.DEPLOYER, "").expect(403, "AccessDenied");
        bypassing("DELETE", target, BOB, Role.OWNER, "").expect(204);
        store.get(target).send().expect(404, "NoSuchVersion");
    }

    private Answer bypassing(String method, String target, Role role, String body) {
        return bypassing(method, target, ALICE, role, body);
    }

    private Answer bypassing(String method, String target, String account, Role role, String body) {
        return store.call(method, target)
                .as(account, role)
                .header("x-amz-bypass-governance-retention", "true")
                .header("Content-MD5", md5(body))
                .body(body)
                .send();
    }

    private void policy(String effect, String account) {
        policy(effect, account, "s3:BypassGovernanceRetention");
    }

    private void policy(String effect, String account, String action) {
        store.put(
                        "/" + bucket + "?policy",
                        "{\"Statement\":{\"Effect\":\"" + effect + "\",\"Principal\":{\"AWS\":\"" + account
                                + "\"},\"Action\":\"" + action + "\",\"Resource\":\"arn:aws:s3:::"
                                + bucket
                                + "/*\"}}")
                .send()
                .expect(204);
    }

    @Test
    void complianceHoldsAgainstEverybody() {
        String version = put("k");
        retain("k", "COMPLIANCE", SOON, false).expect(200);
        retain("k", "GOVERNANCE", LATER, true).expect(403, "AccessDenied");
        retain("k", "", "", true).expect(403, "AccessDenied");
        retain("k", "COMPLIANCE", LATER, false).expect(200);
        delete("k", version, true).expect(403, "AccessDenied");
        retain("k", "compliance", LATER, false).expect(400, "MalformedXML");
        retain("k", "COMPLIANCE", "2001-01-01T00:00:00Z", false).expect(400, "InvalidArgument");
        retain("k", "COMPLIANCE", "soon", false).expect(400, "MalformedXML");
    }

    @Test
    void legalHoldsEndWhenTheyAreLifted() {
        String version = put("k");
        store.get("/" + bucket + "/k?legal-hold").send().expect(404, "NoSuchObjectLockConfiguration");
        for (String status : List.of("ON", "OFF", "ON")) {
            store.put("/" + bucket + "/k?legal-hold", "<LegalHold><Status>" + status + "</Status></LegalHold>")
                    .send()
                    .expect(200);
            assertThat(store.get("/" + bucket + "/k?legal-hold").send().element("Status"))
                    .isEqualTo(status);
        }
        delete("k", version, true).expect(403, "AccessDenied");
        store.put("/" + bucket + "/k?legal-hold", "<LegalHold><Status>abc</Status></LegalHold>")
                .send()
                .expect(400, "MalformedXML");
        store.put("/" + bucket + "/k?legal-hold", "<LegalHold><Status>OFF</Status></LegalHold>")
                .send()
                .expect(200);
        delete("k", version, false).expect(204);
    }

    @Test
    void writesAskForLocks() {
        String version = store.put("/" + bucket + "/k", "x")
                .header("Content-MD5", md5("x"))
                .header("x-amz-object-lock-mode", "GOVERNANCE")
                .header("x-amz-object-lock-retain-until-date", SOON)
                .header("x-amz-object-lock-legal-hold", "ON")
                .send()
                .expect(200)
                .header("x-amz-version-id");
        Answer head = store.call("HEAD", "/" + bucket + "/k").send();
        assertThat(head.header("x-amz-object-lock-mode")).isEqualTo("GOVERNANCE");
        assertThat(Instant.parse(head.header("x-amz-object-lock-retain-until-date")))
                .isEqualTo(SOON);
        assertThat(head.header("x-amz-object-lock-legal-hold")).isEqualTo("ON");
        delete("k", version, true).expect(403, "AccessDenied");
        store.call("PUT", "/" + bucket + "/c")
                .header("x-amz-copy-source", bucket + "/k")
                .send()
                .expect(200);
        assertThat(store.call("HEAD", "/" + bucket + "/c").send().header("x-amz-object-lock-mode"))
                .isEmpty();
        refused("x-amz-object-lock-mode", "GOVERNANCE");
        refused("x-amz-object-lock-retain-until-date", SOON);
        refused("x-amz-object-lock-legal-hold", "yes");
        store.put("/" + bucket + "/k", "x")
                .header("x-amz-object-lock-legal-hold", "ON")
                .send()
                .expect(400, "InvalidRequest");
    }

    private void refused(String header, String value) {
        store.put("/" + bucket + "/k", "x")
                .header("Content-MD5", md5("x"))
                .header(header, value)
                .send()
                .expect(400, "InvalidArgument");
    }

    private static String md5(String text) {
        try {
            return java.util.Base64.getEncoder()
                    .encodeToString(
                            java.security.MessageDigest.getInstance("MD5").digest(text.getBytes()));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
