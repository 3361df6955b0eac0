package dev.mayfly.objects.object;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.objects.testing.RunningStore;
import dev.mayfly.objects.testing.RunningStore.Answer;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ObjectTaggingTest {
    private final RunningStore store = RunningStore.get();
    private final String bucket = store.bucket();

    private String object(String key) {
        return "/" + bucket + "/" + key;
    }

    private static String tagging(String... keysAndValues) {
        var xml = new StringBuilder("<Tagging><TagSet>");
        for (int i = 0; i < keysAndValues.length; i += 2) {
            xml.append("<Tag><Key>" + keysAndValues[i] + "</Key><Value>" + keysAndValues[i + 1] + "</Value></Tag>");
        }
        return xml.append("</TagSet></Tagging>").toString();
    }

    private List<String> tags(String key) {
        Answer answer = store.get(object(key) + "?tagging").send().expect(200);
        return IntStream.range(0, answer.elements("Key").size())
                .mapToObj(i -> answer.elements("Key").get(i) + "="
                        + answer.elements("Value").get(i))
                .toList();
    }

    @Test
    void tagsOfObjects() {
        store.put(object("k"), "x")
                .header("x-amz-tagging", "a=1&b%20c=%2B&d")
                .send()
                .expect(200);
        assertThat(tags("k")).containsExactly("a=1", "b c=+", "d=");
        assertThat(store.get(object("k")).send().header("x-amz-tagging-count")).isEqualTo("3");
        store.put(object("k") + "?tagging", tagging("e", "f")).send().expect(200);
        assertThat(tags("k")).containsExactly("e=f");
        assertThat(store.get(object("k")).send().expect(200).text()).isEqualTo("x");
        store.call("DELETE", object("k") + "?tagging").send().expect(204);
        assertThat(tags("k")).isEmpty();
        assertThat(store.get(object("k")).send().header("x-amz-tagging-count")).isEmpty();
        for (String method : List.of("GET", "DELETE")) {
            store.call(method, object("none") + "?tagging").send().expect(404, "NoSuchKey");
        }
        store.put(object("none") + "?tagging", tagging()).send().expect(404, "NoSuchKey");
    }

    @Test
    void tagsOfVersionsAreTheirOwn() {
        store.put(
                        "/" + bucket + "?versioning",
                        "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
                .send()
                .expect(200);
        String one = store.put(object("v"), "1").send().header("x-amz-version-id");
        store.put(object("v"), "2").header("x-amz-tagging", "n=2").send().expect(200);
        Answer put = store.put(object("v") + "?tagging&versionId=" + one, tagging("n", "1"))
                .send()
                .expect(200);
        assertThat(put.header("x-amz-version-id")).isEqualTo(one);
        assertThat(tags("v")).containsExactly("n=2");
        assertThat(store.get(object("v") + "?tagging&versionId=" + one).send().element("Value"))
                .isEqualTo("1");
        String marker = store.call("DELETE", object("v")).send().header("x-amz-version-id");
        store.get(object("v") + "?tagging").send().expect(404);
        store.get(object("v") + "?tagging&versionId=" + marker).send().expect(405, "MethodNotAllowed");
        assertThat(store.jdbc()
                        .sql("SELECT count(*) FROM outbox WHERE bucket = ? AND event LIKE 'ObjectTagging:%' AND"
                                + " bytes <> 0")
                        .param(bucket)
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void copiesAndUploadsTakeTags() {
        store.put(object("s"), "x").header("x-amz-tagging", "a=1").send().expect(200);
        var copy = store.call("PUT", object("c")).header("x-amz-copy-source", bucket + "/s");
        copy.header("x-amz-metadata-directive", "REPLACE").send().expect(200);
        assertThat(tags("c")).containsExactly("a=1");
        store.call("PUT", object("c"))
                .header("x-amz-copy-source", bucket + "/s")
                .header("x-amz-tagging-directive", "REPLACE")
                .header("x-amz-tagging", "b=2")
                .send()
                .expect(200);
        assertThat(tags("c")).containsExactly("b=2");
        store.call("PUT", object("c"))
                .header("x-amz-copy-source", bucket + "/s")
                .header("x-amz-tagging-directive", "MAYBE")
                .send()
                .expect(400, "InvalidArgument");
        String upload = store.call("POST", object("m") + "?uploads")
                .header("x-amz-tagging", "u=1")
                .send()
                .element("UploadId");
        String etag = store.put(object("m") + "?partNumber=1&uploadId=" + upload, "x")
                .send()
                .header("ETag");
        store.call("POST", object("m") + "?uploadId=" + upload)
                .body("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag
                        + "</ETag></Part></CompleteMultipartUpload>")
                .send()
                .expect(200);
        assertThat(tags("m")).containsExactly("u=1");
    }

    @Test
    void badTagsAreRefused() {
        String eleven = IntStream.range(0, 11).mapToObj(i -> "k" + i + "=v").collect(Collectors.joining("&"));
        store.put(object("k"), "x").header("x-amz-tagging", eleven).send().expect(400, "BadRequest");
        store.put(object("k"), "x").header("x-amz-tagging", "a=1&a=2").send().expect(400, "InvalidArgument");
        store.put(object("k"), "x").header("x-amz-tagging", "=1").send().expect(400, "InvalidTag");
        store.put(object("k"), "x")
                .header("x-amz-tagging", "a".repeat(129) + "=1")
                .send()
                .expect(400, "InvalidTag");
        store.get(object("k")).send().expect(404);
        store.put(object("k"), "x").send().expect(200);
        store.put(object("k") + "?tagging", tagging("a", "1", "a", "2")).send().expect(400, "InvalidTag");
        store.put(object("k") + "?tagging", tagging("a", "v".repeat(257)))
                .send()
                .expect(400, "InvalidTag");
        store.put(object("k") + "?tagging", tagging("aws:a", "1")).send().expect(400, "InvalidTag");
        store.put(object("k") + "?tagging", "<Tagging/>").send().expect(400, "MalformedXML");
    }
}
