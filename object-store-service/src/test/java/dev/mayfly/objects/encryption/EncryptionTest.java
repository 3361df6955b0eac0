package dev.mayfly.objects.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.objects.blob.BlobVerification;
import dev.mayfly.objects.blob.Difference;
import dev.mayfly.objects.testing.RunningStore;
import dev.mayfly.objects.testing.RunningStore.Answer;
import dev.mayfly.objects.testing.RunningStore.Call;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EncryptionTest {
    private static final String HEADER = "x-amz-server-side-encryption";
    private static final String CUSTOMER = "x-amz-server-side-encryption-customer-";
    private static final String SOURCE = "x-amz-copy-source-server-side-encryption-customer-";
    private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OTHER = "another-key-of-32-bytes-another!".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TEXT = "this text must not lie there readably".getBytes(StandardCharsets.US_ASCII);

    private final RunningStore store = RunningStore.get();
    private final String bucket = store.bucket();

    /** In a row, in one block, across blocks (which hold 65,520 bytes), and an even number of them. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 16_384, 16_385, 65_520, 65_521, 131_040, 400_000})
    void whatTheStoreEncryptsReadsAsItWas(int size) throws IOException {
        byte[] bytes = text(size);
        Answer put =
                store.put(target("k"), bytes).header(HEADER, "AES256").send().expect(200);
        assertThat(put.header(HEADER)).isEqualTo("AES256");
        Answer got = store.get(target("k")).send().expect(200);
        assertThat(got.bytes()).isEqualTo(bytes);
        assertThat(got.header(HEADER)).isEqualTo("AES256");
        assertThat(store.call("HEAD", target("k")).send().expect(200).header(HEADER))
                .isEqualTo("AES256");
        for (int[] range :
                new int[][] {{0, 0}, {65_519, 65_520}, {65_520, 131_039}, {17, size - 1}, {size - 1, size}}) {
            if (range[0] >= 0 && range[0] < size && range[0] <= range[1]) {
                assertThat(store.get(target("k"))
                                .header("Range", "bytes=" + range[0] + "-" + range[1])
                                .send()
                                .expect(206)
                                .bytes())
                        .as("%d-%d", range[0], range[1])
                        .isEqualTo(Arrays.copyOfRange(bytes, range[0], Math.min(size, range[1] + 1)));
            }
        }
        assertThat(readable("k")).isFalse();
    }

    @Test
    void aBucketEncryptsWhatDoesNotSayItself() {
        store.get("/" + bucket + "?encryption").send().expect(404, "ServerSideEncryptionConfigurationNotFoundError");
        store.put("/" + bucket + "?encryption", configuration("AES256")).send().expect(200);
        assertThat(store.get("/" + bucket + "?encryption").send().expect(200).element("SSEAlgorithm"))
                .isEqualTo("AES256");
        assertThat(store.put(target("k"), TEXT).send().expect(200).header(HEADER))
                .isEqualTo("AES256");
        store.call("DELETE", "/" + bucket + "?encryption").send().expect(204);
        assertThat(store.put(target("k"), TEXT).send().expect(200).header(HEADER))
                .isEmpty();
        store.put("/" + bucket + "?encryption", configuration("aws:kms")).send().expect(501, "NotImplemented");
        store.put("/" + bucket + "?encryption", configuration("rot13")).send().expect(400, "MalformedXML");
        store.put("/" + bucket + "?encryption", "<ServerSideEncryptionConfiguration/>")
                .send()
                .expect(400, "MalformedXML");
        store.put(target("k"), TEXT).header(HEADER, "aws:kms").send().expect(501, "NotImplemented");
        store.put(target("k"), TEXT)
                .header(HEADER, "AES256")
                .header(HEADER + "-aws-kms-key-id", "key")
                .send()
                .expect(400, "InvalidArgument");
        store.put(target("read"), TEXT).send().expect(200);
        store.get(target("read")).header(HEADER, "AES256").send().expect(400, "InvalidArgument");
        store.put(target("k"), TEXT).header(HEADER, "aes256").send().expect(400, "InvalidArgument");
    }

    @Test
    void aCustomersKeyIsNeededAndNotKept() throws IOException {
        for (int size : new int[] {100, 200_000}) {
            byte[] bytes = text(size);
            Answer put =
                    with(store.put(target("k"), bytes), CUSTOMER, KEY).send().expect(200);
            assertThat(put.header(CUSTOMER + "algorithm")).isEqualTo("AES256");
            assertThat(put.header(CUSTOMER + "key-MD5")).isEqualTo(md5(KEY));
            for (String method : List.of("GET", "HEAD")) {
                assertThat(store.call(method, target("k")).send().status()).isEqualTo(400);
                assertThat(with(store.call(method, target("k")), CUSTOMER, OTHER)
                                .send()
                                .status())
                        .isEqualTo(403);
                assertThat(with(store.call(method, target("k")), CUSTOMER, KEY)
                                .send()
                                .expect(200)
                                .header(CUSTOMER + "key-MD5"))
                        .isEqualTo(md5(KEY));
            }
            assertThat(with(store.get(target("k")), CUSTOMER, KEY).send().bytes())
                    .isEqualTo(bytes);
            assertThat(with(store.get(target("k")).header("Range", "bytes=3-90"), CUSTOMER, KEY)
                            .send()
                            .expect(206)
                            .bytes())
                    .isEqualTo(Arrays.copyOfRange(bytes, 3, 91));
            assertThat(readable("k")).isFalse();
        }
        store.get(target("k") + "?attributes")
                .header("x-amz-object-attributes", "ETag")
                .send()
                .expect(400, "InvalidRequest");
        String kept = store.jdbc()
                .sql("SELECT string_agg(o::text, '') FROM object o")
                .query(String.class)
                .single();
        assertThat(kept).doesNotContain(Base64.getEncoder().encodeToString(KEY)).doesNotContain(md5(KEY));
        store.put(target("plain"), TEXT).send().expect(200);
        with(store.get(target("plain")), CUSTOMER, KEY).send().expect(400, "InvalidRequest");
    }

    @ParameterizedTest
    @CsvSource({
        "rot13, key, md5, InvalidEncryptionAlgorithmError",
        "AES256, '', md5, InvalidArgument",
        "AES256, key, '', InvalidArgument",
        "'', key, md5, InvalidArgument",
        "AES256, key, other, InvalidArgument",
        "AES256, c2hvcnQ=, short, InvalidArgument",
        "AES256, '%%%', md5, InvalidArgument",
    })
    void aKeyThatIsNotWholeIsRefused(String algorithm, String key, String md5, String code) throws IOException {
        Call put = store.put(target("k"), TEXT);
        if (!algorithm.isEmpty()) {
            put.header(CUSTOMER + "algorithm", algorithm);
        }
        if (!key.isEmpty()) {
            put.header(CUSTOMER + "key", key.equals("key") ? Base64.getEncoder().encodeToString(KEY) : key);
        }
        if (!md5.isEmpty()) {
            put.header(
                    CUSTOMER + "key-MD5",
                    switch (md5) {
                        case "md5" -> md5(KEY);
                        case "short" -> md5("short".getBytes(StandardCharsets.US_ASCII));
                        default -> md5(OTHER);
                    });
        }
        put.send().expect(400, code);
        with(store.put(target("k"), TEXT).header(HEADER, "AES256"), CUSTOMER, KEY)
                .send()
                .expect(400, "InvalidArgument");
        store.get(target("k")).send().expect(404, "NoSuchKey");
    }

    @Test
    void copiesShareBytesWhereTheKeysAllowItAndElseHaveTheirOwn() throws IOException {
        byte[] bytes = text(200_000);
        store.put(target("by-store"), bytes).header(HEADER, "AES256").send().expect(200);
        with(store.put(target("by-customer"), bytes), CUSTOMER, KEY).send().expect(200);
        store.put(target("plain"), bytes).send().expect(200);
        String other = store.bucket(RunningStore.BOB);

        copy("by-store", "a").send().expect(200);
        assertThat(blob("a")).isEqualTo(blob("by-store"));
        assertThat(store.get(target("a")).send().header(HEADER)).isEqualTo("AES256");
        with(with(copy("by-customer", "b"), SOURCE, KEY), CUSTOMER, KEY).send().expect(200);
        assertThat(blob("b")).isEqualTo(blob("by-customer"));
        with(with(copy("by-customer", "c"), SOURCE, KEY), CUSTOMER, OTHER)
                .send()
                .expect(200);
        assertThat(blob("c")).isNotEqualTo(blob("by-customer"));
        assertThat(with(store.get(target("c")), CUSTOMER, OTHER)
                        .send()
                        .expect(200)
                        .bytes())
                .isEqualTo(bytes);
        with(copy("by-customer", "d"), SOURCE, KEY).send().expect(200);
        assertThat(store.get(target("d")).send().expect(200).bytes()).isEqualTo(bytes);
        copy("plain", "e").header(HEADER, "AES256").send().expect(200);
        assertThat(store.get(target("e")).send().expect(200).bytes()).isEqualTo(bytes);
        assertThat(readable("e")).isFalse();
        copy("by-customer", "f").send().expect(400, "InvalidRequest");
        with(copy("by-customer", "f"), SOURCE, OTHER).send().expect(403, "AccessDenied");
        // Encrypts what is there.
        copy("plain", "plain").header(HEADER, "AES256").send().expect(200);
        assertThat(readable("plain")).isFalse();
        assertThat(other).isNotEmpty();
        assertThat(differences()).isEmpty();
    }

    @Test
    void uploadsInPartsAreEncryptedAsTheyBegan() throws IOException {
        byte[] first = text(5 << 20);
        byte[] second = text(100_000);
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        store.put(target("source"), second).header(HEADER, "AES256").send().expect(200);

        Answer begun = with(store.call("POST", target("c") + "?uploads"), CUSTOMER, KEY)
                .send()
                .expect(200);
        assertThat(begun.header(CUSTOMER + "key-MD5")).isEqualTo(md5(KEY));
        String query = "&uploadId=" + begun.element("UploadId");
        store.put(target("c") + "?partNumber=1" + query, first).send().expect(400, "InvalidRequest");
        with(store.put(target("c") + "?partNumber=1" + query, first), CUSTOMER, OTHER)
                .send()
                .expect(400, "InvalidArgument");
        String etag1 = with(store.put(target("c") + "?partNumber=1" + query, first), CUSTOMER, KEY)
                .send()
                .expect(200)
                .header("ETag");
        String etag2 = with(
                        store.call("PUT", target("c") + "?partNumber=2" + query)
                                .header("x-amz-copy-source", bucket + "/source"),
                        CUSTOMER,
                        KEY)
                .send()
                .expect(200)
                .element("ETag");
        complete("c", query, etag1, etag2);
        assertThat(with(store.get(target("c")), CUSTOMER, KEY)
                        .send()
                        .expect(200)
                        .bytes())
                .isEqualTo(all);
        assertThat(with(store.get(target("c")).header("Range", "bytes=5242870-5300000"), CUSTOMER, KEY)
                        .send()
                        .expect(206)
                        .bytes())
                .isEqualTo(Arrays.copyOfRange(all, 5_242_870, 5_300_001));

        begun = store.call("POST", target("s") + "?uploads")
                .header(HEADER, "AES256")
                .send()
                .expect(200);
        query = "&uploadId=" + begun.element("UploadId");
        etag1 = store.put(target("s") + "?partNumber=1" + query, first)
                .send()
                .expect(200)
                .header("ETag");
        etag2 = store.call("PUT", target("s") + "?partNumber=2" + query)
                .header("x-amz-copy-source", bucket + "/source")
                .header("x-amz-copy-source-range", "bytes=10-70000")
                .send()
                .expect(200)
                .element("ETag");
        assertThat(complete("s", query, etag1, etag2).header(HEADER)).isEqualTo("AES256");
        byte[] expected = Arrays.copyOf(first, first.length + 69_991);
        System.arraycopy(second, 10, expected, first.length, 69_991);
        assertThat(store.get(target("s")).send().expect(200).bytes()).isEqualTo(expected);
        assertThat(differences()).isEmpty();
    }

    /** Even when whoever changed it also corrected the checksum. */
    @Test
    void whatWasAlteredIsNotSent() throws IOException {
        store.put(target("k"), text(200_000)).header(HEADER, "AES256").send().expect(200);
        Path file = Path.of(store.data() + "/blobs/" + blob("k").substring(33) + "/" + blob("k"));
        try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(70_000);
            int one = bytes.read();
            bytes.seek(70_000);
            bytes.write(one ^ 1);
        }
        store.jdbc()
                .sql("UPDATE blob SET checksums = NULL WHERE id = ?::uuid")
                .param(blob("k"))
                .update();
        assertThatThrownBy(() -> store.get(target("k")).send()).isInstanceOf(UncheckedIOException.class);
        store.get(target("k")).header("Range", "bytes=70000-70001").send().expect(500, "InternalError");
        assertThat(store.get(target("k"))
                        .header("Range", "bytes=0-9")
                        .send()
                        .expect(206)
                        .bytes())
                .isEqualTo(Arrays.copyOf(text(200_000), 10));
        store.call("DELETE", target("k")).send().expect(204);
    }

    private Answer complete(String key, String query, String first, String second) {
        return store.call("POST", target(key) + "?" + query.substring(1))
                .body("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + first
                        + "</ETag></Part><Part><PartNumber>2</PartNumber><ETag>" + second
                        + "</ETag></Part></CompleteMultipartUpload>")
                .send()
                .expect(200);
    }

    private Call copy(String from, String to) {
        return store.call("PUT", target(to)).header("x-amz-copy-source", bucket + "/" + from);
    }

    private static Call with(Call call, String prefix, byte[] key) {
        return call.header(prefix + "algorithm", "AES256")
                .header(prefix + "key", Base64.getEncoder().encodeToString(key))
                .header(prefix + "key-MD5", md5(key));
    }

    private static String md5(byte[] key) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(key));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Difference> differences() throws IOException {
        var found = new ArrayList<Difference>();
        store.bean(BlobVerification.class).verify(new BlobVerification.Task(true, false), found::add, progress -> {});
        return found;
    }

    /** Whether the text lies in the row or the blob as it is. */
    private boolean readable(String key) throws IOException {
        byte[] inline = store.jdbc()
                .sql(
                        "SELECT coalesce(inline_bytes, '') FROM object o JOIN bucket b ON b.id = o.bucket_id WHERE b.name = ? AND o.key = ?")
                .params(bucket, key.getBytes(StandardCharsets.UTF_8))
                .query(byte[].class)
                .single();
        String lies = new String(inline, StandardCharsets.ISO_8859_1);
        if (inline.length == 0) {
            String id = blob(key);
            lies = Files.readString(
                    Path.of(store.data() + "/blobs/" + id.substring(33) + "/" + id), StandardCharsets.ISO_8859_1);
        }
        return lies.contains(new String(TEXT, StandardCharsets.US_ASCII));
    }

    private String blob(String key) {
        return store.jdbc()
                .sql(
                        "SELECT o.blob_ids[1]::text FROM object o JOIN bucket b ON b.id = o.bucket_id WHERE b.name = ? AND o.key = ?")
                .params(bucket, key.getBytes(StandardCharsets.UTF_8))
                .query(String.class)
                .single();
    }

    private String target(String key) {
        return "/" + bucket + "/" + key;
    }

    private static String configuration(String algorithm) {
        return "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>" + algorithm
                + "</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>";
    }

    /** The text again and again, then something else. */
    private static byte[] text(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        for (int at = 0; at + TEXT.length <= Math.min(size, 20_000); at += TEXT.length) {
            System.arraycopy(TEXT, 0, bytes, at, TEXT.length);
        }
        return bytes;
    }
}
