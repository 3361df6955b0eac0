package dev.mayfly.objects.object;

import static dev.mayfly.objects.testing.RunningStore.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.identity.FormSignature;
import dev.mayfly.contracts.identity.SessionCredentials;
import dev.mayfly.objects.testing.ClientDoor;
import dev.mayfly.objects.testing.RunningStore;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostObjectTest {
    private final RunningStore store = RunningStore.get();

    private RunningStore.Answer post(String bucket, Map<String, String> fields, String file) {
        var body = new StringBuilder();
        fields.forEach((name, value) -> body.append("--b0undary\r\nContent-Disposition: form-data; name=\"")
                .append(name)
                .append("\"\r\n\r\n")
                .append(value)
                .append("\r\n"));
        body.append("--b0undary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\dir\\a.txt\"\r\n")
                .append("Content-Type: text/plain\r\n\r\n")
                .append(file)
                .append(
                        "\r\n--b0undary\r\nContent-Disposition: form-data; name=\"submit\"\r\n\r\nUpload\r\n--b0undary--\r\n");
        return store.call("POST", "/" + bucket)
                .asNobody()
                .header("Content-Type", "multipart/form-data; boundary=b0undary")
                .body(body.toString())
                .send();
    }

    /** A form that a function of Alice's signed. */
    private Map<String, String> signed(String policy) {
        return signed(ALICE, policy);
    }

    private Map<String, String> signed(String account, String policy) {
        var session = SessionCredentials.mint(
                account,
                "arn:aws:lambda:us-east-1:" + account + ":function:f",
                Duration.ofMinutes(5),
                Clock.systemUTC());
        String document = Base64.getEncoder().encodeToString(policy.getBytes(StandardCharsets.UTF_8));
        byte[] key = ClientDoor.hmac(("AWS4" + session.secretAccessKey()).getBytes(StandardCharsets.UTF_8), "20260101");
        for (String part : new String[] {"us-east-1", "s3", "aws4_request", document}) {
            key = ClientDoor.hmac(key, part);
        }
        var fields = new LinkedHashMap<String, String>();
        fields.put("policy", document);
        fields.put("x-amz-algorithm", "AWS4-HMAC-SHA256");
        fields.put("x-amz-credential", session.accessKeyId() + "/20260101/us-east-1/s3/aws4_request");
        fields.put("x-amz-date", "20260101T000000Z");
        fields.put("x-amz-security-token", session.token(store.sealer()));
        fields.put("X-Amz-Signature", HexFormat.of().formatHex(key));
        return fields;
    }

    private static String policy(String bucket, String more) {
        return "{\"expiration\":\"" + Instant.now().plusSeconds(600) + "\",\"conditions\":[{\"bucket\":\"" + bucket
                + "\"},[\"starts-with\",\"$key\",\"up/\"],[\"starts-with\",\"$x-amz-algorithm\",\"\"],"
                + "[\"starts-with\",\"$x-amz-credential\",\"\"],[\"starts-with\",\"$x-amz-date\",\"\"]" + more + "]}";
    }

    @Test
    void aSignedFormIsAPut() {
        String bucket = store.bucket(ALICE);
        var fields = signed(policy(
                bucket,
                ",[\"content-length-range\",2,2000000],{\"Content-Type\":\"text/html\"},{\"success_action_status\":\"201\"},"
                        + "[\"eq\",\"$x-amz-meta-a\",\"b\"],[\"starts-with\",\"$x-amz-server-side-encryption\",\"\"]"));
        fields.put("key", "up/${filename}");
        fields.put("Content-Type", "text/html");
        fields.put("success_action_status", "201");
        fields.put("x-amz-meta-a", "b");
        fields.put("x-ignore-this", "x");
        String file = "\r\n--b0undar\r\n-\r".repeat(50_000);
        RunningStore.Answer made = post(bucket, fields, file).expect(201);
        assertThat(made.element("Key")).isEqualTo("up/a.txt");
        RunningStore.Answer read = store.get("/" + bucket + "/up/a.txt").send().expect(200);
        assertThat(read.text()).isEqualTo(file);
        assertThat(read.header("Content-Type")).isEqualTo("text/html");
        assertThat(read.header("x-amz-meta-a")).isEqualTo("b");
        post(bucket, fields, "x").expect(400, "EntityTooSmall");
        post(bucket, fields, "x".repeat(2_000_001)).expect(400, "EntityTooLarge");
        fields.put("key", "elsewhere");
        post(bucket, fields, "xx").expect(403, "AccessDenied");
        fields.put("key", "up/x");
        fields.put("x-amz-meta-a", "c");
        post(bucket, fields, "xx").expect(403, "AccessDenied");
        fields.put("x-amz-meta-a", "b\r\nx-evil: 1");
        post(bucket, fields, "xx").expect(403, "AccessDenied");
        fields.put("x-amz-meta-a", "b");
        fields.put("x-amz-meta-extra", "c");
        assertThat(post(bucket, fields, "xx").expect(403, "AccessDenied").text())
                .contains("Extra input fields");
        fields.remove("x-amz-meta-extra");
        fields.put("X-Amz-Signature", "0".repeat(64));
        post(bucket, fields, "xx").expect(403, "SignatureDoesNotMatch");
        fields.remove("X-Amz-Signature");
        post(bucket, fields, "xx").expect(400, "InvalidArgument");
        store.get("/" + bucket + "/up/x").send().expect(404, "NoSuchKey");
    }

    @Test
    void aSignedFormCountsForItsSigner() {
        String account = "6" + ThreadLocalRandom.current().nextLong(10_000_000_000L, 99_999_999_999L);
        String bucket = store.bucket(account);
        var fields = signed(account, policy(bucket, ""));
        fields.put("key", "up/k");
        post(bucket, fields, "x").expect(204);
        String quota = "/v1/objects/quotas/" + account;
        store.api("PUT", quota, "?requestsPerSecond=0")
                .as("000000000000")
                .send()
                .expect(200);
        post(bucket, fields, "x").expect(503, "SlowDown");
        store.api("DELETE", quota, "").as("000000000000").send().expect(204);
        post(bucket, fields, "x").expect(204);
    }

    @Test
    void anybodyMayPostWhereThePolicyLetsThem() {
        String bucket = store.bucket(ALICE);
        var fields =
                new LinkedHashMap<>(Map.of("key", "in/k", "success_action_redirect", "http://example.org/done?a=b"));
        post(bucket, fields, "x").expect(403, "AccessDenied");
        store.put(
                        "/" + bucket + "?policy",
                        "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:PutObject\",\"Resource\":\"arn:aws:s3:::"
                                + bucket + "/in/*\"}}")
                .send()
                .expect(204);
        assertThat(post(bucket, fields, "x").expect(303).header("Location"))
                .startsWith("http://example.org/done?a=b&bucket=" + bucket + "&key=in%2Fk&etag=%22");
        fields.put("success_action_redirect", "javascript:alert(1)");
        post(bucket, fields, "y").expect(204);
        fields.put("x-amz-meta-a", "b\r\nx-evil: 1");
        post(bucket, fields, "z").expect(400, "InvalidArgument");
        fields.remove("x-amz-meta-a");
        assertThat(store.get("/" + bucket + "/in/k").send().text()).isEqualTo("y");
        fields.put("key", "out");
        post(bucket, fields, "x").expect(403, "AccessDenied");
    }

    @ParameterizedTest
    @CsvSource({
        "{},InvalidPolicyDocument",
        "[],InvalidPolicyDocument",
        "'{\"expiration\":\"2030-01-01T00:00:00Z\",\"conditions\":[{}]}',InvalidPolicyDocument",
        "'{\"expiration\":1,\"conditions\":[{\"a\":\"b\"}]}',InvalidPolicyDocument",
        "'{\"expiration\":\"2030-01-01T00:00:00Z\",\"conditions\":[[[],0,1]]}',InvalidPolicyDocument",
        "'{\"expiration\":\"2030-01-01T00:00:00Z\",\"conditions\":[[\"content-length-range\",[],{}]]}',InvalidPolicyDocument",
        "'{\"expiration\":\"2030-01-01T00:00:00Z\",\"conditions\":[[\"content-length-range\",0,1e99]]}',InvalidPolicyDocument",
        "'{\"expiration\":\"2030-01-01T00:00:00Z\",\"conditions\":[[\"ne\",\"$key\",\"k\"]]}',InvalidPolicyDocument",
        "nonsense,InvalidPolicyDocument",
        "'{\"expiration\":\"2030-01-01T00:00:00Z\"}',InvalidPolicyDocument",
        "'{\"expiration\":\"2030-01-01T00:00:00Z\",\"conditions\":[]}',InvalidPolicyDocument",
        "'{\"expiration\":\"soon\",\"conditions\":[{\"a\":\"b\"}]}',InvalidPolicyDocument",
        "'{\"EXPIRATION\":\"2030-01-01T00:00:00Z\",\"conditions\":[{\"a\":\"b\"}]}',InvalidPolicyDocument",
        "'{\"expiration\":\"2030-01-01T00:00:00Z\",\"conditions\":[[\"content-length-range\",0]]}',InvalidPolicyDocument",
        "'{\"expiration\":\"2030-01-01T00:00:00Z\",\"conditions\":[[\"content-length-range\",-1,0]]}',InvalidPolicyDocument",
    })
    void badPoliciesAreRefused(String policy, String code) {
        var fields = signed(policy);
        fields.put("key", "k");
        post(store.bucket(ALICE), fields, "x").expect(400, code);
    }

    @Test
    void badFormsAreRefused() {
        String bucket = store.bucket(ALICE);
        store.call("POST", "/" + bucket).asNobody().body("x").send().expect(412, "PreconditionFailed");
        String type = "multipart/form-data; boundary=b";
        for (String body : new String[] {
            "",
            "x",
            "--b",
            "--b\r\n",
            "--b\r\nnonsense\r\n\r\n",
            "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk"
        }) {
            store.call("POST", "/" + bucket)
                    .asNobody()
                    .header("Content-Type", type)
                    .body(body)
                    .send()
                    .expect(400, "MalformedPOSTRequest");
        }
        store.call("POST", "/" + bucket)
                .asNobody()
                .header("Content-Type", type)
                .body("--b--\r\n")
                .send()
                .expect(400, "InvalidArgument");
        post(bucket, Map.of("a", "b"), "x").expect(400, "InvalidArgument");
        post(bucket, Map.of("key", "k", "a", "b".repeat(20_000)), "x").expect(400, "MaxPostPreDataLengthExceeded");
        var expired = signed("{\"expiration\":\"2020-01-01T00:00:00Z\",\"conditions\":[{\"a\":\"b\"}]}");
        expired.put("key", "k");
        assertThat(post(bucket, expired, "x").expect(403, "AccessDenied").text())
                .contains("Policy expired");
        assertThat(new FormSignature("AKIA", "text", null, "x").isBy("secret")).isFalse();
    }
}
