package dev.mayfly.objects.object;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.objects.testing.RunningStore;
import dev.mayfly.objects.testing.RunningStore.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class VersioningTest {
    private final RunningStore store = RunningStore.get();
    private final String bucket = store.bucket();

    private String put(String key, String text) {
        Answer answer = store.put("/" + bucket + "/" + key, text).send().expect(200);
        return answer.header("x-amz-version-id");
    }

    private void versioning(String status) {
        store.put(
                        "/" + bucket + "?versioning",
                        "<VersioningConfiguration><Status>" + status + "</Status></VersioningConfiguration>")
                .send()
                .expect(200);
    }

    private Answer get(String key, String version) {
        return store.get("/" + bucket + "/" + key + "?versionId=" + version).send();
    }

    private Answer delete(String keyAndQuery) {
        return store.call("DELETE", "/" + bucket + "/" + keyAndQuery).send().expect(204);
    }

    private Answer versions(String query) {
        return store.get("/" + bucket + "?versions" + query).send().expect(200);
    }

    @Test
    void stateOfBuckets() {
        assertThat(store.get("/" + bucket + "?versioning").send().text()).doesNotContain("Status");
        assertThat(put("k", "a")).isEmpty();
        assertThat(store.get("/" + bucket + "/k").send().header("x-amz-version-id"))
                .isEmpty();
        for (String status : List.of("Enabled", "Suspended", "Enabled")) {
            versioning(status);
            assertThat(store.get("/" + bucket + "?versioning").send().element("Status"))
                    .isEqualTo(status);
        }
        String target = "/" + bucket + "?versioning";
        store.put(target, "<VersioningConfiguration><Status>On</Status></VersioningConfiguration>")
                .send()
                .expect(400, "MalformedXML");
        store.put(target, "<VersioningConfiguration/>").send().expect(400, "IllegalVersioningConfigurationException");
        Answer mfa = store.put(
                        target,
                        "<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Enabled</MfaDelete></VersioningConfiguration>")
                .send()
                .expect(501, "NotImplemented");
        assertThat(mfa.text()).contains("MfaDelete");
    }

    @Test
    void everyVersionIsKeptAndCanBeDeletedAlone() {
        put("k", "before");
        versioning("Enabled");
        String one = put("k", "one");
        String two = put("k", "two");
        assertThat(List.of(one, two)).isSorted().allMatch(id -> id.matches("[0-9a-f]{32}"));
        assertThat(get("k", one).expect(200).text()).isEqualTo("one");
        assertThat(get("k", one).header("x-amz-version-id")).isEqualTo(one);
        assertThat(get("k", "null").expect(200).text()).isEqualTo("before");
        assertThat(store.get("/" + bucket + "/k").send().header("x-amz-version-id"))
                .isEqualTo(two);

        Answer marked = delete("k");
        String marker = marked.header("x-amz-version-id");
        assertThat(marked.header("x-amz-delete-marker")).isEqualTo("true");
        Answer gone = store.get("/" + bucket + "/k").send().expect(404, "NoSuchKey");
        assertThat(gone.header("x-amz-delete-marker")).isEqualTo("true");
        assertThat(gone.header("x-amz-version-id")).isEqualTo(marker);
        Answer refused = get("k", marker).expect(405, "MethodNotAllowed");
        assertThat(refused.header("Allow")).isEqualTo("DELETE");
        assertThat(refused.header("Last-Modified")).isNotEmpty();
        assertThat(versions("").elements("VersionId")).containsExactly(marker, two, one, "null");
        assertThat(versions("").elements("IsLatest")).containsExactly("true", "false", "false", "false");
        assertThat(store.get("/" + bucket).send().elements("Key")).isEmpty();

        Answer undone = delete("k?versionId=" + marker);
        assertThat(undone.header("x-amz-delete-marker")).isEqualTo("true");
        assertThat(store.get("/" + bucket + "/k").send().expect(200).text()).isEqualTo("two");
        delete("k?versionId=" + two);
        assertThat(store.get("/" + bucket + "/k").send().expect(200).text()).isEqualTo("one");
        delete("k?versionId=null");
        get("k", two).expect(404, "NoSuchVersion");
        delete("k?versionId=" + two);
        get("k", "nonsense").expect(400, "InvalidArgument");
        get("k", "").expect(400, "InvalidArgument");
        assertThat(versions("").elements("VersionId")).containsExactly(one);
        assertThat(versions("").elements("IsLatest")).containsExactly("true");
        store.call("DELETE", "/" + bucket).send().expect(409, "BucketNotEmpty");
        delete("k");
        delete("k?versionId=" + one);
        store.call("DELETE", "/" + bucket).send().expect(409, "BucketNotEmpty");
        assertThat(versions("").elements("DeleteMarker")).isEmpty();
        delete("k?versionId=" + versions("").element("VersionId"));
        store.call("DELETE", "/" + bucket).send().expect(204);
    }

    @Test
    void suspendedBucketsOverwriteTheNullVersionAlone() {
        versioning("Enabled");
        String one = put("k", "one");
        versioning("Suspended");
        assertThat(put("k", "null one")).isEqualTo("null");
        assertThat(put("k", "null two")).isEqualTo("null");
        assertThat(versions("").elements("VersionId")).containsExactly("null", one);
        assertThat(get("k", "null").text()).isEqualTo("null two");
        Answer marked = delete("k");
        assertThat(marked.header("x-amz-version-id")).isEqualTo("null");
        assertThat(versions("").elements("VersionId")).containsExactly("null", one);
        assertThat(versions("").text()).contains("<DeleteMarker>");
        delete("k");
        assertThat(versions("").elements("VersionId")).containsExactly("null", one);
        get("k", "null").expect(405);
        versioning("Enabled");
        String two = put("k", "two");
        assertThat(versions("").elements("VersionId")).containsExactly(two, "null", one);
        versioning("Suspended");
        put("k", "null three");
        assertThat(versions("").elements("VersionId")).containsExactly("null", two, one);
        delete("k?versionId=null");
        assertThat(store.get("/" + bucket + "/k").send().text()).isEqualTo("two");
    }

    @Test
    void copiesAndUploadsHaveVersions() {
        versioning("Enabled");
        String one = put("k", "one");
        put("k", "two");
        Answer copy = store.call("PUT", "/" + bucket + "/k")
                .header("x-amz-copy-source", bucket + "/k?versionId=" + one)
                .send()
                .expect(200);
        assertThat(copy.header("x-amz-copy-source-version-id")).isEqualTo(one);
        assertThat(get("k", copy.header("x-amz-version-id")).text()).isEqualTo("one");
        String upload = store.call("POST", "/" + bucket + "/m?uploads").send().element("UploadId");
        Answer part = store.call("PUT", "/" + bucket + "/m?partNumber=1&uploadId=" + upload)
                .header("x-amz-copy-source", bucket + "/k?versionId=" + one)
                .send()
                .expect(200);
        assertThat(part.header("x-amz-copy-source-version-id")).isEqualTo(one);
        Answer done = store.call("POST", "/" + bucket + "/m?uploadId=" + upload)
                .body("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + part.element("ETag")
                        + "</ETag></Part></CompleteMultipartUpload>")
                .send()
                .expect(200);
        assertThat(get("m", done.header("x-amz-version-id")).text()).isEqualTo("one");
        Answer attributes = store.get("/" + bucket + "/k?attributes&versionId=" + one)
                .header("x-amz-object-attributes", "ObjectSize")
                .send()
                .expect(200);
        assertThat(attributes.header("x-amz-version-id")).isEqualTo(one);
        delete("m");
        store.call("PUT", "/" + bucket + "/c")
                .header("x-amz-copy-source", bucket + "/m")
                .send()
                .expect(404, "NoSuchKey");
    }

    @Test
    void manyAreDeletedAtOnce() {
        versioning("Enabled");
        String one = put("a", "1");
        put("b", "2");
        Answer first =
                deleteMany("<Object><Key>a</Key></Object><Object><Key>b</Key></Object><Object><Key>c</Key></Object>");
        assertThat(first.elements("DeleteMarkerVersionId")).hasSize(3);
        String marker = first.element("DeleteMarkerVersionId");
        Answer second = deleteMany("<Object><Key>a</Key><VersionId>" + marker + "</VersionId></Object>"
                + "<Object><Key>b</Key><VersionId>nonsense</VersionId></Object>");
        assertThat(second.text())
                .contains("<Deleted><Key>a</Key><VersionId>" + marker
                        + "</VersionId><DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>" + marker)
                .contains("<Code>InvalidArgument</Code>");
        assertThat(store.get("/" + bucket + "/a").send().header("x-amz-version-id"))
                .isEqualTo(one);
        Answer third = deleteMany("<Object><Key>a</Key><ETag>\"no\"</ETag></Object><Object><Key>zz</Key></Object>");
        assertThat(third.elements("Code")).containsExactly("PreconditionFailed");
    }

    private Answer deleteMany(String objects) {
        byte[] body = ("<Delete>" + objects + "</Delete>").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        try {
            byte[] md5 = java.security.MessageDigest.getInstance("MD5").digest(body);
            return store.call("POST", "/" + bucket + "?delete")
                    .header("Content-MD5", java.util.Base64.getEncoder().encodeToString(md5))
                    .body(body)
                    .send()
                    .expect(200);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void conditionsSeeMarkersAsAbsent() {
        versioning("Enabled");
        put("k", "one");
        String target = "/" + bucket + "/k";
        String etag = store.get(target).send().header("ETag");
        store.put(target, "x").header("If-None-Match", "*").send().expect(412, "PreconditionFailed");
        store.put(target, "x").header("If-Match", "\"no\"").send().expect(412, "PreconditionFailed");
        store.put(target, "one").header("If-Match", etag).send().expect(200);
        store.call("DELETE", target).header("If-Match", "\"no\"").send().expect(412, "PreconditionFailed");
        store.call("DELETE", target).header("If-Match", etag).send().expect(204);
        store.call("DELETE", target).header("If-Match", etag).send().expect(404, "NoSuchKey");
        store.put(target, "x").header("If-Match", etag).send().expect(404, "NoSuchKey");
        store.put(target, "x").header("If-Match", "*").send().expect(404, "NoSuchKey");
        store.put(target, "x").header("If-None-Match", "*").send().expect(200);
    }

    @Test
    void pagesHoldEveryVersionOnce() {
        put("a/0", "x");
        versioning("Enabled");
        for (String key : List.of("a/0", "a/1", "b", "c/d/0", "c/d/1", "e")) {
            for (int i = 0; i < 3; i++) {
                put(key, key + i);
            }
        }
        delete("b");
        delete("e");
        List<String> all = names(versions(""));
        assertThat(all).hasSize(21).doesNotHaveDuplicates();
        for (int size : List.of(1, 2, 5, 20, 21)) {
            var paged = new ArrayList<String>();
            String next = "";
            for (int page = 0; page <= 21; page++) {
                Answer answer = versions("&max-keys=" + size + next);
                List<String> names = names(answer);
                assertThat(names).hasSizeLessThanOrEqualTo(size);
                paged.addAll(names);
                if (answer.element("IsTruncated").equals("false")) {
                    break;
                }
                next = "&key-marker=" + answer.element("NextKeyMarker") + "&version-id-marker="
                        + answer.element("NextVersionIdMarker");
            }
            assertThat(paged).as("pages of " + size).isEqualTo(all);
        }
        Answer folded = versions("&delimiter=/");
        assertThat(folded.elements("Prefix")).containsExactly("", "a/", "c/");
        assertThat(folded.elements("VersionId")).hasSize(8);
        Answer second = versions("&delimiter=/&max-keys=1&key-marker=a/");
        assertThat(second.element("NextKeyMarker")).isEqualTo("b");
        assertThat(versions("&delimiter=/&prefix=c/").elements("Prefix")).containsExactly("c/", "c/d/");
        assertThat(versions("&prefix=c/d/1").elements("VersionId")).hasSize(3);
        assertThat(versions("&key-marker=e").elements("VersionId")).isEmpty();
        assertThat(versions("&max-keys=0").element("IsTruncated")).isEqualTo("false");
        store.get("/" + bucket + "?versions&version-id-marker=null").send().expect(400, "InvalidArgument");
        store.get("/" + bucket + "?versions&key-marker=a&version-id-marker=x")
                .send()
                .expect(400, "InvalidArgument");
    }

    private static List<String> names(Answer answer) {
        List<String> keys = answer.elements("Key");
        List<String> ids = answer.elements("VersionId");
        List<String> latest = answer.elements("IsLatest");
        var names = new ArrayList<String>();
        for (int i = 0; i < keys.size(); i++) {
            names.add(keys.get(i) + " " + ids.get(i) + " " + latest.get(i));
        }
        return names;
    }

    @Test
    void writersAndDeletersOfOneKeyLeaveEveryVersionAndOneCurrent() throws Exception {
        versioning("Enabled");
        String other = store.bucket();
        var work = new ArrayList<Callable<Integer>>();
        for (int n = 0; n < 4; n++) {
            String text = "writer " + n + "x".repeat(20_000);
            work.add(() -> {
                for (int i = 0; i < 10; i++) {
                    put("k", text);
                }
                return 10;
            });
            work.add(() -> {
                for (int i = 0; i < 5; i++) {
                    delete("k");
                    deleteMany("<Object><Key>k</Key></Object><Object><Key>j</Key></Object>");
                }
                return 10;
            });
            work.add(() -> {
                int copies = 0;
                for (int i = 0; i < 5; i++) {
                    int status = store.call("PUT", "/" + bucket + "/k")
                            .header("x-amz-copy-source", bucket + "/k")
                            .header("x-amz-metadata-directive", "REPLACE")
                            .send()
                            .status();
                    assertThat(status).isIn(200, 404);
                    copies += status == 200 ? 1 : 0;
                }
                return copies;
            });
        }
        int made = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(work)) {
                made += done.get();
            }
        }
        Answer listed = versions("&prefix=k");
        assertThat(listed.elements("VersionId")).hasSize(made).doesNotHaveDuplicates();
        assertThat(listed.elements("IsLatest")).containsOnlyOnce("true").startsWith("true");
        for (String id : listed.elements("VersionId")) {
            assertThat(get("k", id).status()).isIn(200, 405);
        }
        work.clear();
        for (String id : listed.elements("VersionId")) {
            work.add(() -> delete("k?versionId=" + id).status());
        }
        work.add(() -> store.put("/" + other + "/x", "y").send().status());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(work)) {
                done.get();
            }
        }
        assertThat(versions("&prefix=k").elements("VersionId")).isEmpty();
        assertThat(store.get("/" + bucket + "/k").send().header("x-amz-delete-marker"))
                .isEmpty();
    }
}
