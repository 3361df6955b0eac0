package dev.mayfly.objects.object;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.objects.testing.RunningStore;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectsTest {
    private final RunningStore store = RunningStore.get();
    private final String bucket = store.bucket();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16_384, 16_385, 65_536, 3_000_001})
    void whatIsPutIsGot(int size) throws Exception {
        byte[] bytes = random(size);
        String md5 = HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));

        var put = store.put("/" + bucket + "/k", bytes).send().expect(200);
        var got = store.get("/" + bucket + "/k").send().expect(200);

        assertThat(put.header("ETag")).isEqualTo('"' + md5 + '"');
        assertThat(got.bytes()).isEqualTo(bytes);
        assertThat(got.header("ETag")).isEqualTo('"' + md5 + '"');
        assertThat(got.header("Content-Type")).isEqualTo("binary/octet-stream");
        assertThat(got.header("Content-Length")).isEqualTo(Integer.toString(size));
    }

    @ParameterizedTest
    @ValueSource(ints = {5_000, 300_000})
    void rangesAreExact(int size) {
        byte[] bytes = random(size);
        store.put("/" + bucket + "/k", bytes).send().expect(200);

        for (int[] range : new int[][] {{0, 0}, {1, 4_000}, {size - 1, size - 1}, {10, size + 100}}) {
            var got = range(range[0] + "-" + range[1]).expect(206);
            int last = Math.min(range[1], size - 1);
            assertThat(got.bytes()).isEqualTo(Arrays.copyOfRange(bytes, range[0], last + 1));
            assertThat(got.header("Content-Range")).isEqualTo("bytes " + range[0] + "-" + last + "/" + size);
        }
        assertThat(range("-7").expect(206).bytes()).isEqualTo(Arrays.copyOfRange(bytes, size - 7, size));
        assertThat(range("17-").expect(206).bytes()).isEqualTo(Arrays.copyOfRange(bytes, 17, size));
        range(size + "-").expect(416, "InvalidRange");
        range("-0").expect(416, "InvalidRange");
        assertThat(range("5-4").expect(200).bytes()).hasSize(size);
        assertThat(range("0-1,3-4").expect(200).bytes()).hasSize(size);
    }

    private RunningStore.Answer range(String range) {
        return store.get("/" + bucket + "/k").header("Range", "bytes=" + range).send();
    }

    @Test
    void metadataComesBack() {
        store.put("/" + bucket + "/m", "x")
                .header("Content-Type", "text/css")
                .header("Cache-Control", "max-age=3")
                .header("Content-Encoding", "aws-chunked,gzip")
                .header("Content-Language", "de")
                .header("Content-Disposition", "attachment; filename=\"a b\"")
                .header("x-amz-meta-Colour", "blue")
                .send()
                .expect(200);

        var head = store.call("HEAD", "/" + bucket + "/m").send().expect(200);
        var overridden = store.get("/" + bucket + "/m?response-content-type=a%2Fb&response-cache-control=no-store")
                .send();

        assertThat(head.header("Content-Length")).isEqualTo("1");
        assertThat(head.header("Content-Type")).isEqualTo("text/css");
        assertThat(head.header("Content-Encoding")).isEqualTo("gzip");
        assertThat(head.header("x-amz-meta-colour")).isEqualTo("blue");
        assertThat(head.header("Content-Disposition")).isEqualTo("attachment; filename=\"a b\"");
        assertThat(overridden.header("Content-Type")).isEqualTo("a/b");
        assertThat(overridden.header("Cache-Control")).isEqualTo("no-store");
        store.get("/" + bucket + "/m?response-content-type=a%0d%0aSet-Cookie:x")
                .send()
                .expect(400, "InvalidArgument");
        store.put("/" + bucket + "/m", "x")
                .header("x-amz-meta-a", "v".repeat(2048))
                .send()
                .expect(400, "MetadataTooLarge");
    }

    @Test
    void readsAreConditional() {
        String etag = store.put("/" + bucket + "/c", "x").send().header("ETag");
        String target = "/" + bucket + "/c";

        store.get(target).header("If-Match", etag).send().expect(200);
        store.get(target).header("If-Match", "\"other\"").send().expect(412, "PreconditionFailed");
        store.get(target).header("If-None-Match", etag).send().expect(304);
        store.get(target).header("If-None-Match", "\"other\"").send().expect(200);
        store.get(target)
                .header("If-Modified-Since", "Wed, 01 Jan 2200 00:00:00 GMT")
                .send()
                .expect(304);
        store.get(target)
                .header("If-Unmodified-Since", "Wed, 01 Jan 2020 00:00:00 GMT")
                .send()
                .expect(412);
        store.get(target)
                .header("If-Match", etag)
                .header("If-Unmodified-Since", "Wed, 01 Jan 2020 00:00:00 GMT")
                .send()
                .expect(200);
        assertThat(store.call("HEAD", target)
                        .header("If-Match", "\"other\"")
                        .send()
                        .expect(412)
                        .bytes())
                .isEmpty();
    }

    @Test
    void writesAreConditional() {
        String target = "/" + bucket + "/w";
        store.put(target, "1").header("If-Match", "\"other\"").send().expect(404, "NoSuchKey");
        String etag = store.put(target, "1")
                .header("If-None-Match", "*")
                .send()
                .expect(200)
                .header("ETag");
        store.put(target, "2").header("If-None-Match", "*").send().expect(412, "PreconditionFailed");
        store.put(target, "2").header("If-Match", "\"other\"").send().expect(412, "PreconditionFailed");
        store.put(target, random(40_000)).header("If-Match", etag).send().expect(200);
        store.call("DELETE", target).header("If-Match", etag).send().expect(412);
        assertThat(store.get(target).send().bytes()).hasSize(40_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 100_000})
    void copiesShareTheirBlobs(int size) {
        byte[] bytes = random(size);
        store.put("/" + bucket + "/from", bytes)
                .header("x-amz-meta-a", "1")
                .header("Content-Type", "a/b")
                .send();
        String other = store.bucket();
        long blobs = blobs();

        var copied = store.call("PUT", "/" + other + "/to%20x")
                .header("x-amz-copy-source", bucket + "/from")
                .send()
                .expect(200);
        store.call("PUT", "/" + bucket + "/from")
                .header("x-amz-copy-source", "/" + bucket + "/from")
                .header("x-amz-metadata-directive", "REPLACE")
                .header("Content-Type", "c/d")
                .send()
                .expect(200);

        assertThat(blobs()).isEqualTo(blobs);
        assertThat(copied.element("ETag")).contains("&quot;");
        var got = store.get("/" + other + "/to%20x").send();
        assertThat(got.bytes()).isEqualTo(bytes);
        assertThat(got.header("Content-Type")).isEqualTo("a/b");
        assertThat(got.header("x-amz-meta-a")).isEqualTo("1");
        var replaced = store.get("/" + bucket + "/from").send();
        assertThat(replaced.header("Content-Type")).isEqualTo("c/d");
        assertThat(replaced.header("x-amz-meta-a")).isEmpty();
        store.call("DELETE", "/" + bucket + "/from").send().expect(204);
        assertThat(store.get("/" + other + "/to%20x").send().bytes()).isEqualTo(bytes);
    }

    @Test
    void copiesAreRefusedAsS3Does() {
        String etag = store.put("/" + bucket + "/from", "x").send().header("ETag");
        copy("/" + bucket + "/from", bucket + "/from").send().expect(400, "InvalidRequest");
        copy("/" + bucket + "/to", bucket + "/none").send().expect(404, "NoSuchKey");
        copy("/" + bucket + "/to", "none-" + bucket + "/x").send().expect(404, "NoSuchBucket");
        copy("/" + bucket + "/to", "nonsense").send().expect(400, "InvalidArgument");
        copy("/" + bucket + "/to", bucket + "/from")
                .header("x-amz-copy-source-if-none-match", etag)
                .send()
                .expect(412);
        copy("/" + bucket + "/to", bucket + "/from")
                .header("x-amz-copy-source-if-match", "\"other\"")
                .send()
                .expect(412);
        String bobs = store.bucket(RunningStore.BOB);
        store.put("/" + bobs + "/x", "x").as(RunningStore.BOB).send().expect(200);
        copy("/" + bucket + "/to", bobs + "/x").send().expect(403, "AccessDenied");
    }

    private RunningStore.Call copy(String to, String from) {
        return store.call("PUT", to).header("x-amz-copy-source", from);
    }

    @Test
    void deletesOneAndMany() {
        for (String key : new String[] {"a", "b", "c%26%3C"}) {
            store.put("/" + bucket + "/" + key, "x").send().expect(200);
        }
        store.call("DELETE", "/" + bucket + "/a").send().expect(204);
        store.call("DELETE", "/" + bucket + "/a").send().expect(204);
        String document = "<Delete><Object><Key>b</Key></Object><Object><Key>c&amp;&lt;</Key></Object>"
                + "<Object><Key>never</Key></Object></Delete>";

        store.call("POST", "/" + bucket + "?delete").body(document).send().expect(400, "InvalidRequest");
        var deleted = store.call("POST", "/" + bucket + "?delete")
                .header("Content-MD5", md5(document))
                .body(document)
                .send()
                .expect(200);

        assertThat(deleted.elements("Key")).containsExactly("b", "c&amp;&lt;", "never");
        assertThat(store.get("/" + bucket).send().text()).doesNotContain("<Contents>");
        String quiet = document.replace("<Delete>", "<Delete><Quiet>true</Quiet>");
        assertThat(store.call("POST", "/" + bucket + "?delete")
                        .header("Content-MD5", md5(quiet))
                        .body(quiet)
                        .send()
                        .expect(200)
                        .elements("Key"))
                .isEmpty();
    }

    @Test
    void attributesTellOfTheObject() {
        store.put("/" + bucket + "/a", "123456789")
                .header("x-amz-checksum-crc32", "y/Q5Jg==")
                .send()
                .expect(200);

        var attributes = store.get("/" + bucket + "/a?attributes")
                .header("x-amz-object-attributes", "ETag,Checksum,ObjectSize,StorageClass,ObjectParts")
                .send()
                .expect(200);

        assertThat(attributes.element("ETag")).isEqualTo("25f9e794323b453885f5181f1b624d0b");
        assertThat(attributes.element("ChecksumCRC32")).isEqualTo("y/Q5Jg==");
        assertThat(attributes.element("ObjectSize")).isEqualTo("9");
    }

    static String md5(String text) {
        try {
            return java.util.Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(text.getBytes()));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private long blobs() {
        return store.jdbc().sql("SELECT count(*) FROM blob").query(Long.class).single();
    }

    static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
