package dev.mayfly.objects.bucket;

import static dev.mayfly.objects.testing.RunningStore.ALICE;
import static dev.mayfly.objects.testing.RunningStore.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.function.CodeStorage;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.objects.testing.RunningStore;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BucketsTest {
    private final RunningStore store = RunningStore.get();

    @Test
    void namesAreGlobalAndOwned() {
        String bucket = store.bucket(ALICE);
        store.call("PUT", "/" + bucket).as(ALICE).send().expect(200);
        store.call("PUT", "/" + bucket)
                .as(ALICE)
                .header("x-amz-acl", "private")
                .send()
                .expect(409, "BucketAlreadyOwnedByYou");
        store.call("PUT", "/" + bucket).as(BOB).send().expect(409, "BucketAlreadyExists");
        store.call("HEAD", "/" + bucket).as(ALICE).send().expect(200);
        assertThat(store.get("/").as(ALICE).send().elements("Name")).contains(bucket);
        assertThat(store.get("/").as(BOB).send().elements("Name")).doesNotContain(bucket);
    }

    /** More than one transaction of the deletion takes. */
    @Test
    void manyUnfinishedUploadsGoWithTheirBucket() {
        String bucket = store.bucket(ALICE);
        store.put("/" + bucket + "/k", "x").send().expect(200);
        store.call("POST", "/" + bucket + "/u?uploads").send().expect(200);
        store.jdbc().sql("""
                        INSERT INTO upload (id, bucket_id, key, initiator, attributes, initiated_at)
                        SELECT gen_random_uuid(), bucket_id, key, initiator, attributes, initiated_at
                        FROM upload u JOIN bucket b ON b.id = u.bucket_id, generate_series(1, 450)
                        WHERE b.name = ?""").param(bucket).update();
        store.call("DELETE", "/" + bucket).send().expect(409, "BucketNotEmpty");
        assertThat(store.get("/" + bucket + "?uploads").send().elements("UploadId"))
                .hasSize(451);
        store.call("DELETE", "/" + bucket + "/k").send().expect(204);
        store.call("DELETE", "/" + bucket).send().expect(204);
        store.call("HEAD", "/" + bucket).send().expect(404);
    }

    @Test
    void othersAreKeptOut() {
        String bucket = store.bucket(ALICE);
        store.put("/" + bucket + "/k", "x").send().expect(200);
        store.call("HEAD", "/" + bucket).as(BOB).send().expect(403);
        store.get("/" + bucket).as(BOB).send().expect(403, "AccessDenied");
        store.get("/" + bucket + "/k").as(BOB).send().expect(403, "AccessDenied");
        store.put("/" + bucket + "/k", "y").as(BOB).send().expect(403, "AccessDenied");
        store.call("DELETE", "/" + bucket + "/k").as(BOB).send().expect(403, "AccessDenied");
        store.get("/" + bucket + "/k")
                .header("x-amz-expected-bucket-owner", BOB)
                .send()
                .expect(403, "AccessDenied");
        store.get("/none-" + bucket).as(BOB).send().expect(404, "NoSuchBucket");
        store.get("/" + bucket + "/k").as("anonymous", Role.INVOKER).send().expect(403, "AccessDenied");
        assertThat(store.get("/" + bucket + "/k").send().text()).isEqualTo("x");
    }

    @Test
    void rolesDecideWhatAKeyMayDo() {
        String bucket = store.bucket(ALICE);
        String key = "/" + bucket + "/k";
        store.put(key, "x").as(ALICE, Role.DEPLOYER).send().expect(200);
        store.put(key, "x").as(ALICE, Role.INVOKER).send().expect(403, "AccessDenied");
        store.get(key).as(ALICE, Role.INVOKER).send().expect(200);
        store.get(key).as(ALICE, Role.AUDITOR).send().expect(403, "AccessDenied");
        store.call("HEAD", key).as(ALICE, Role.AUDITOR).send().expect(200);
        store.get("/" + bucket).as(ALICE, Role.AUDITOR).send().expect(200);
        store.call("DELETE", key).as(ALICE, Role.AUDITOR).send().expect(403, "AccessDenied");
        store.call("DELETE", "/" + bucket).as(ALICE, Role.INVOKER).send().expect(403, "AccessDenied");
    }

    @Test
    void theBucketOfCodeIsMayflysOwn() {
        String target = CodeStorage.target("ab");
        store.put(target, "zip").as(CodeStorage.SYSTEM_ACCOUNT).send().expect(200);
        store.get(target).send().expect(403, "AccessDenied");
        store.put(target, "evil").send().expect(403, "AccessDenied");
        store.call("PUT", "/" + CodeStorage.BUCKET).send().expect(409, "BucketAlreadyExists");
        assertThat(store.get("/").send().elements("Name")).doesNotContain(CodeStorage.BUCKET);
        assertThat(store.get(target).as(CodeStorage.SYSTEM_ACCOUNT).send().text())
                .isEqualTo("zip");
    }

    @Test
    void onlyEmptyBucketsAreDeleted() {
        String bucket = store.bucket();
        store.put("/" + bucket + "/k", "x").send().expect(200);
        store.call("DELETE", "/" + bucket).send().expect(409, "BucketNotEmpty");
        store.call("DELETE", "/" + bucket + "/k").send().expect(204);
        store.call("DELETE", "/" + bucket).send().expect(204);
        store.call("DELETE", "/" + bucket).send().expect(404, "NoSuchBucket");
        store.put("/" + bucket + "/k", "x").send().expect(404, "NoSuchBucket");
        store.call("PUT", "/" + bucket).as(BOB).send().expect(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ab",
                "Upper",
                "under_score",
                "-a-",
                "a..b",
                "192.168.1.1",
                "xn--abc",
                "abc-s3alias",
                "a%00b",
                "%C3%BCber",
                "a234567890123456789012345678901234567890123456789012345678901234"
            })
    void illegalNamesAreRefused(String name) {
        store.call("PUT", "/" + name).send().expect(400, "InvalidBucketName");
        store.get("/" + name).send().expect(404, "NoSuchBucket");
    }

    @Test
    void placesAreKept() {
        String bucket = "b-" + UUID.randomUUID();
        store.call("PUT", "/" + bucket)
                .body(
                        "<CreateBucketConfiguration><LocationConstraint>nonsense</LocationConstraint></CreateBucketConfiguration>")
                .send()
                .expect(400, "InvalidLocationConstraint");
        store.call("PUT", "/" + bucket).body("<Nonsense/>").send().expect(400, "MalformedXML");
        store.call("PUT", "/" + bucket)
                .body(
                        "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>")
                .send()
                .expect(200);
        assertThat(store.get("/" + bucket + "?location").send().text()).contains(">eu-west-1</LocationConstraint>");
    }

    @Test
    void clientsMayProbe() {
        String bucket = store.bucket();
        store.put("/" + bucket + "/k", "x").send();
        assertThat(store.get("/" + bucket + "?location").send().expect(200).text())
                .endsWith("\"></LocationConstraint>");
        assertThat(store.get("/" + bucket + "?versioning").send().expect(200).text())
                .doesNotContain("Status");
        assertThat(store.get("/" + bucket + "?acl").send().expect(200).element("Permission"))
                .isEqualTo("FULL_CONTROL");
        store.get("/" + bucket + "/k?acl").send().expect(200);
        store.get("/" + bucket + "/k?tagging").send().expect(200);
        store.get("/" + bucket + "?tagging").send().expect(404, "NoSuchTagSet");
        store.put("/" + bucket + "/k", "x")
                .header("x-amz-acl", "public-read")
                .send()
                .expect(400, "AccessControlListNotSupported");
        store.put("/" + bucket + "/k", "x")
                .header("x-amz-acl", "private")
                .send()
                .expect(200);
        store.put("/" + bucket + "/k?acl", "")
                .header("x-amz-acl", "private")
                .send()
                .expect(400, "AccessControlListNotSupported");
        store.put("/" + bucket + "/k", "x")
                .header("x-amz-acl", "bucket-owner-full-control")
                .send()
                .expect(200);
        store.put("/" + bucket + "/k", "x")
                .header("x-amz-server-side-encryption", "aws:kms")
                .send()
                .expect(501, "NotImplemented");
    }

    @Test
    void withoutAVoucherNothingIsServed() throws Exception {
        var request = java.net.http.HttpRequest.newBuilder(
                        java.net.URI.create("http://127.0.0.1:" + store.port() + "/s3"))
                .build();
        var answer = java.net.http.HttpClient.newHttpClient()
                .send(request, java.net.http.HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(403);
    }
}
