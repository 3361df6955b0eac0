package dev.mayfly.objects.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.testing.RunningStore;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every operation, asked for nonsense: it says what is wrong, and nothing breaks. */
class NonsenseTest {
    private static final String BOMB = "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">"
            + "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;\">]><Delete>&d;</Delete>";
    private static final String EXTERNAL =
            "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><Tagging><TagSet>&x;</TagSet></Tagging>";
    private static final List<String> DOCUMENTS = List.of(
            "",
            "<",
            "{\"Statement\": 7}",
            "{\"Statement\": [" + "[".repeat(5000),
            "<Nothing/>",
            "<a>".repeat(5000),
            "<Delete><Object><Key>\u0001</Key></Object></Delete>",
            "\u0000\u00ff\ufffe",
            BOMB,
            EXTERNAL);
    private static final List<String> QUERIES = List.of(
            "max-keys=99999999999999999999",
            "max-keys=-1&max-uploads=-1&max-parts=-1&max-buckets=-1",
            "marker=%00&key-marker=%00&start-after=%00&continuation-token=%00&prefix=%00&delimiter=%00",
            "continuation-token=AAAA&version-id-marker=x&upload-id-marker=x&part-number-marker=x",
            "versionId=%00",
            "versionId=" + "v".repeat(2000),
            "partNumber=x",
            "encoding-type=none",
            "id=%0d%0aX:1");
    private static final List<List<String>> HEADERS = List.of(
            List.of("Range", "bytes=99999999999999999999-"),
            List.of("Range", "bytes=5-1,7-,x"),
            List.of("If-Match", "\"", "If-None-Match", ",", "If-Modified-Since", "yesterday"),
            List.of("x-amz-copy-source", "/", "x-amz-copy-source-range", "bytes=x"),
            List.of("x-amz-copy-source", "nobody/%ff?versionId"),
            List.of("x-amz-tagging", "%%%=&&=", "x-amz-tagging-directive", "x"),
            List.of("x-amz-object-lock-mode", "x", "x-amz-object-lock-retain-until-date", "never"),
            List.of("x-amz-acl", "nobody", "x-amz-grant-read", "id=\"", "x-amz-object-ownership", "x"),
            List.of("x-amz-server-side-encryption", "rot13", "x-amz-server-side-encryption-customer-key", "x"),
            List.of("x-amz-object-attributes", ",", "x-amz-max-parts", "x", "x-amz-mp-object-size", "x"),
            List.of("x-amz-checksum-algorithm", "x", "x-amz-checksum-type", "x", "x-amz-sdk-checksum-algorithm", "x"),
            List.of("x-amz-expected-bucket-owner", "x", "x-amz-website-redirect-location", "\t"),
            List.of("Content-Encoding", ",,aws-chunked", "Expires", "x", "Content-Type", "nonsense"),
            List.of("Content-Type", "multipart/form-data", "Origin", "null"));

    private final RunningStore store = RunningStore.get();

    @ParameterizedTest
    @EnumSource(S3Operation.class)
    void nonsenseIsRefused(S3Operation operation) {
        String[] request = operation.request().split(" ", 2);
        String bucket = store.bucket();
        String target = request[1].replace("{Bucket}", bucket).replace("{Key+}", "k");
        String and = target.contains("?") ? "&" : "?";
        store.put("/" + bucket + "/k", "x").send();
        if (call(bucket, request[0], target, "").send().status() == 501) {
            return;
        }
        DOCUMENTS.forEach(document -> check(operation, call(bucket, request[0], target, document)));
        QUERIES.forEach(query -> check(operation, call(bucket, request[0], target + and + query, "x")));
        for (List<String> headers : HEADERS) {
            RunningStore.Call call = call(bucket, request[0], target, "x");
            for (int i = 0; i < headers.size(); i += 2) {
                call.header(headers.get(i), headers.get(i + 1));
            }
            check(operation, call);
        }
    }

    private RunningStore.Call call(String bucket, String method, String target, String document) {
        if (method.equals("DELETE")) {
            store.call("PUT", "/" + bucket).send();
            store.put("/" + bucket + "/k", "x").send();
        }
        byte[] body = document.getBytes(StandardCharsets.UTF_8);
        return store.call(method, target).header("Content-MD5", md5(body)).body(body);
    }

    private static void check(S3Operation operation, RunningStore.Call call) {
        RunningStore.Answer answer = call.send();
        assertThat(answer.status() < 500 || answer.status() == 501)
                .as("%s: %s %s", operation, answer.status(), answer.text())
                .isTrue();
        assertThat(answer.text()).doesNotContain("java.", "\tat ", "aaaaaaaaaaaaaaaaaaaaaaaa");
    }

    @Test
    void injectedHeadersAreRefused() {
        String target = "/" + store.bucket() + "/k";
        store.put(target, "x").send().expect(200);
        Stream.of("a%0d%0aX-Evil:%201", "a%0aX-Evil:1", "a%00")
                .forEach(value -> store.get(target + "?response-content-type=" + value)
                        .send()
                        .expect(400, "InvalidArgument"));
        assertThat(store.get(target + "?response-content-disposition=attachment%3B%20filename%3D%22x%22"
                                + "&response-cache-control=no-store&response-content-language=fr"
                                + "&response-expires=Thu%2C%2001%20Dec%201994%2016%3A00%3A00%20GMT")
                        .send()
                        .expect(200)
                        .header("Content-Disposition"))
                .isEqualTo("attachment; filename=\"x\"");
    }

    /** Keys are names, not paths: whatever looks like a path upwards is an object like any other. */
    @Test
    void pathTricksAreKeys() {
        String bucket = store.bucket();
        List<String> keys =
                List.of("..", "../..", "a/../b", "/", "//", ".", "a//b", "%2e%2e%2fetc", "a%2Fb", "a%00b", "%5c..%5c");
        for (String key : keys) {
            store.put("/" + bucket + "/" + key, key).send().expect(200);
        }
        for (String key : keys) {
            assertThat(store.get("/" + bucket + "/" + key).send().expect(200).text())
                    .isEqualTo(key);
        }
        assertThat(store.get("/" + bucket + "?encoding-type=url").send().elements("Key"))
                .hasSize(keys.size());
    }

    private static String md5(byte[] bytes) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
