package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minio.GetObjectArgs;
import io.minio.ListObjectsArgs;
import io.minio.MakeBucketArgs;
import io.minio.PostPolicy;
import io.minio.PutObjectArgs;
import io.minio.RemoveObjectArgs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import okhttp3.MultipartBody;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Objects through the AWS SDK and the MinIO client. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ObjectsTest {
    private final String bucket = FunctionFixtures.uniqueName("objects");
    private S3Client s3;

    @BeforeAll
    void start() {
        s3 = RunningSuite.get().s3();
        s3.createBucket(request -> request.bucket(bucket));
    }

    @AfterAll
    void close() {
        s3.close();
    }

    private static byte[] noise(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private void put(String key, byte[] bytes) {
        s3.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromBytes(bytes));
    }

    private byte[] get(String key) {
        return s3.getObjectAsBytes(request -> request.bucket(bucket).key(key)).asByteArray();
    }

    @Test
    void bytesComeBackAsTheyWent() {
        for (int size : new int[] {0, 1, 4096, 16384, 16385, 1 << 20, 20 << 20}) {
            put("size/" + size, noise(size));
            assertThat(get("size/" + size)).isEqualTo(noise(size));
        }
    }

    @Test
    void ranges() {
        put("range", noise(100_000));
        byte[] middle = s3.getObjectAsBytes(
                        request -> request.bucket(bucket).key("range").range("bytes=100-199"))
                .asByteArray();
        assertThat(middle).isEqualTo(java.util.Arrays.copyOfRange(noise(100_000), 100, 200));
        assertThatThrownBy(() -> s3.getObjectAsBytes(
                        request -> request.bucket(bucket).key("range").range("bytes=200000-")))
                .isInstanceOfSatisfying(S3Exception.class, e -> {
                    assertThat(e.statusCode()).isEqualTo(416);
                    assertThat(e.awsErrorDetails().errorCode()).isEqualTo("InvalidRange");
                });
    }

    @Test
    void oddKeysAreKeptExactly() {
        List<String> keys = List.of(
                "a//b",
                "./x",
                "../x",
                "a/../b",
                "/leading",
                "trailing/",
                "space and+plus",
                "100%",
                "%2F",
                "ü/ø/漢字/😀",
                "q?a=b&c",
                "#frag",
                ";semi;",
                "star*",
                "quote'\"",
                "<xml>&amp;",
                "back\\slash",
                "tab\tkey",
                "~tilde",
                "[brackets]{braces}|pipe^",
                "k=v",
                "x".repeat(1024));
        for (String key : keys) {
            put(key, key.getBytes(StandardCharsets.UTF_8));
        }
        for (String key : keys) {
            assertThat(new String(get(key), StandardCharsets.UTF_8)).isEqualTo(key);
        }
        var listed = s3.listObjectsV2Paginator(request -> request.bucket(bucket).maxKeys(3)).contents().stream()
                .map(S3Object::key)
                .toList();
        assertThat(listed).containsAll(keys);
        for (String key : keys) {
            s3.deleteObject(request -> request.bucket(bucket).key(key));
        }
        assertThat(s3.listObjectsV2Paginator(request -> request.bucket(bucket)).contents().stream()
                        .map(S3Object::key))
                .doesNotContainAnyElementsOf(keys);
    }

    @Test
    void foldersAreCommonPrefixes() {
        for (String key : List.of("tree/a/1", "tree/a/2", "tree/b/1", "tree/c")) {
            put(key, noise(3));
        }
        var page = s3.listObjectsV2(
                request -> request.bucket(bucket).prefix("tree/").delimiter("/"));
        assertThat(page.commonPrefixes().stream().map(prefix -> prefix.prefix()))
                .containsExactly("tree/a/", "tree/b/");
        assertThat(page.contents().stream().map(S3Object::key)).containsExactly("tree/c");
    }

    @Test
    void copiesAndBatchDeletions() {
        put("source", noise(50_000));
        s3.copyObject(request -> request.sourceBucket(bucket)
                .sourceKey("source")
                .destinationBucket(bucket)
                .destinationKey("copy"));
        s3.deleteObject(request -> request.bucket(bucket).key("source"));
        assertThat(get("copy")).isEqualTo(noise(50_000));
        var deleted = s3.deleteObjects(request -> request.bucket(bucket)
                .delete(delete -> delete.objects(
                        ObjectIdentifier.builder().key("copy").build(),
                        ObjectIdentifier.builder().key("never-was").build())));
        assertThat(deleted.deleted()).hasSize(2);
        assertThatThrownBy(() -> get("copy")).isInstanceOf(NoSuchKeyException.class);
    }

    @Test
    void multipartUploads() {
        var upload = s3.createMultipartUpload(request -> request.bucket(bucket).key("parts"));
        var parts = new ArrayList<CompletedPart>();
        for (int number = 1; number <= 3; number++) {
            int part = number;
            byte[] bytes = noise(part < 3 ? (5 << 20) + part : 1000);
            String etag = s3.uploadPart(
                            request -> request.bucket(bucket)
                                    .key("parts")
                                    .uploadId(upload.uploadId())
                                    .partNumber(part),
                            RequestBody.fromBytes(bytes))
                    .eTag();
            parts.add(CompletedPart.builder().partNumber(part).eTag(etag).build());
        }
        var completed = s3.completeMultipartUpload(request -> request.bucket(bucket)
                .key("parts")
                .uploadId(upload.uploadId())
                .multipartUpload(all -> all.parts(parts)));
        assertThat(completed.eTag()).endsWith("-3\"");
        byte[] whole = get("parts");
        assertThat(whole).hasSize((5 << 20) + 1 + (5 << 20) + 2 + 1000);
        assertThat(whole).endsWith(noise(1000));
    }

    @Test
    void presignedLinksWorkWithoutCredentials() {
        put("shared", "read me".getBytes(StandardCharsets.UTF_8));
        try (var presigner = RunningSuite.get().presigner()) {
            var link = presigner.presignGetObject(presign -> presign.signatureDuration(Duration.ofMinutes(5))
                    .getObjectRequest(get -> get.bucket(bucket).key("shared")));
            var answer = RunningSuite.get()
                    .send(HttpRequest.newBuilder(java.net.URI.create(link.url().toString()))
                            .build());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("read me");
            String tampered = link.url().toString().replace("/shared?", "/range?");
            assertThat(RunningSuite.get()
                            .send(HttpRequest.newBuilder(java.net.URI.create(tampered))
                                    .build())
                            .body())
                    .contains("<Code>SignatureDoesNotMatch</Code>");
        }
    }

    @Test
    void halfAnUploadLeavesNothing() throws IOException {
        try (var presigner = RunningSuite.get().presigner()) {
            var link = presigner.presignPutObject(presign -> presign.signatureDuration(Duration.ofMinutes(5))
                    .putObjectRequest(put -> put.bucket(bucket).key("half")));
            var url = link.url();
            try (var socket = new Socket(url.getHost(), url.getPort())) {
                String head = "PUT " + url.getFile() + " HTTP/1.1\r\nHost: " + url.getHost() + ":" + url.getPort()
                        + "\r\nContent-Length: 1000000\r\n\r\n";
                socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().write(noise(500_000));
                socket.getOutputStream().flush();
            }
        }
        assertThatThrownBy(() -> get("half")).isInstanceOf(NoSuchKeyException.class);
    }

    @Test
    void errorsHaveTheirNames() {
        assertThatThrownBy(() -> s3.getObjectAsBytes(
                        request -> request.bucket("no-such-bucket-here").key("k")))
                .isInstanceOf(NoSuchBucketException.class);
        put("in-the-way", noise(1));
        assertThatThrownBy(() -> s3.deleteBucket(request -> request.bucket(bucket)))
                .isInstanceOfSatisfying(
                        S3Exception.class,
                        e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("BucketNotEmpty"));
        assertThatThrownBy(() -> s3.listObjectsV2(request -> request.bucket("mayfly-function-code")))
                .isInstanceOfSatisfying(
                        S3Exception.class,
                        e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("AccessDenied"));
    }

    @Test
    void formsOfTheMinioClient() throws Exception {
        try (var minio = RunningSuite.get().minio()) {
            var policy = new PostPolicy(bucket, ZonedDateTime.now().plusMinutes(5));
            policy.addEqualsCondition("key", "form/k");
            policy.addStartsWithCondition("Content-Type", "text/");
            policy.addContentLengthRangeCondition(1, 1 << 20);
            Map<String, String> signed = minio.getPresignedPostFormData(policy);
            byte[] file = noise(1 << 20);
            assertThat(post(signed, file)).isEqualTo(204);
            assertThat(get("form/k")).isEqualTo(file);
            assertThat(post(signed, noise((1 << 20) + 1))).isEqualTo(400);
            signed.put("x-amz-signature", "0".repeat(64));
            assertThat(post(signed, file)).isEqualTo(403);
        }
    }

    private int post(Map<String, String> fields, byte[] file) throws IOException {
        var form = new MultipartBody.Builder().setType(MultipartBody.FORM);
        fields.forEach(form::addFormDataPart);
        form.addFormDataPart("key", "form/k")
                .addFormDataPart("Content-Type", "text/plain")
                .addFormDataPart("file", "a.txt", okhttp3.RequestBody.create(file, null));
        var request = new Request.Builder()
                .url(RunningSuite.get().endpoint().resolve("/" + bucket).toString())
                .post(form.build())
                .build();
        try (var answer = new OkHttpClient().newCall(request).execute()) {
            return answer.code();
        }
    }

    @Test
    void minioClient() throws Exception {
        try (var minio = RunningSuite.get().minio()) {
            String own = FunctionFixtures.uniqueName("minio");
            minio.makeBucket(MakeBucketArgs.builder().bucket(own).build());
            byte[] bytes = noise(6 << 20);
            minio.putObject(PutObjectArgs.builder().bucket(own).object("folder/object").stream(
                            new ByteArrayInputStream(bytes), (long) bytes.length, -1L)
                    .build());
            try (var read = minio.getObject(
                    GetObjectArgs.builder().bucket(own).object("folder/object").build())) {
                assertThat(read.readAllBytes()).isEqualTo(bytes);
            }
            var listed = new ArrayList<String>();
            for (var item : minio.listObjects(
                    ListObjectsArgs.builder().bucket(own).recursive(true).build())) {
                listed.add(item.get().objectName());
            }
            assertThat(listed).containsExactly("folder/object");
            minio.removeObject(RemoveObjectArgs.builder()
                    .bucket(own)
                    .object("folder/object")
                    .build());
        }
    }
}
