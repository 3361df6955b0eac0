package dev.mayfly.objects.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.objects.testing.ClientDoor;
import dev.mayfly.objects.testing.RunningStore;
import io.minio.GetObjectArgs;
import io.minio.ListObjectsArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import java.io.ByteArrayInputStream;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;

/** Unmodified clients, through a door that vouches for them; the signatures of their chunks are verified. */
class RealClientsTest {
    private static ClientDoor door;
    private static S3Client aws;
    private static MinioClient minio;

    @BeforeAll
    static void start() throws Exception {
        door = new ClientDoor(RunningStore.get());
        aws = S3Client.builder()
                .endpointOverride(door.endpoint())
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(RunningStore.ALICE, ClientDoor.SECRET)))
                .httpClient(UrlConnectionHttpClient.create())
                .build();
        minio = MinioClient.builder()
                .endpoint(door.endpoint().toString())
                .region("us-east-1")
                .credentials(RunningStore.ALICE, ClientDoor.SECRET)
                .build();
    }

    @AfterAll
    static void stop() {
        aws.close();
        door.close();
    }

    @Test
    void theAwsSdkWorks() {
        String bucket = "b-" + UUID.randomUUID();
        aws.createBucket(request -> request.bucket(bucket));
        byte[] bytes = random(300_000);
        for (ChecksumAlgorithm algorithm : new ChecksumAlgorithm[] {
            ChecksumAlgorithm.CRC32, ChecksumAlgorithm.CRC32_C, ChecksumAlgorithm.SHA1, ChecksumAlgorithm.SHA256
        }) {
            aws.putObject(
                    request -> request.bucket(bucket).key("a/ü+ b").checksumAlgorithm(algorithm),
                    RequestBody.fromBytes(bytes));
            var got = aws.getObjectAsBytes(
                    request -> request.bucket(bucket).key("a/ü+ b").checksumMode(ChecksumMode.ENABLED));
            assertThat(got.asByteArray()).isEqualTo(bytes);
        }
        var listed = aws.listObjectsV2(request -> request.bucket(bucket).delimiter("/"));
        assertThat(listed.commonPrefixes())
                .singleElement()
                .satisfies(p -> assertThat(p.prefix()).isEqualTo("a/"));
        assertThat(aws.listObjectsV2(request -> request.bucket(bucket)).contents())
                .singleElement()
                .satisfies(object -> assertThat(object.key()).isEqualTo("a/ü+ b"));
        aws.copyObject(request -> request.sourceBucket(bucket)
                .sourceKey("a/ü+ b")
                .destinationBucket(bucket)
                .destinationKey("copy"));
        assertThatThrownBy(() ->
                        aws.getObjectAsBytes(request -> request.bucket(bucket).key("none")))
                .isInstanceOf(NoSuchKeyException.class);
        assertThatThrownBy(
                        () -> aws.headObject(request -> request.bucket(bucket).key("none")))
                .isInstanceOf(NoSuchKeyException.class);
        var deleted = aws.deleteObjects(request -> request.bucket(bucket)
                .delete(delete -> delete.objects(
                        ObjectIdentifier.builder().key("a/ü+ b").build(),
                        ObjectIdentifier.builder().key("copy").build())));
        assertThat(deleted.deleted()).hasSize(2);
        aws.deleteBucket(request -> request.bucket(bucket));
    }

    @Test
    void theAwsSdkUploadsInParts() {
        String bucket = "b-" + UUID.randomUUID();
        aws.createBucket(request -> request.bucket(bucket));
        byte[] part = random(5 << 20);
        for (ChecksumAlgorithm algorithm :
                new ChecksumAlgorithm[] {ChecksumAlgorithm.CRC32, ChecksumAlgorithm.SHA256}) {
            String upload = aws.createMultipartUpload(
                            request -> request.bucket(bucket).key("k").checksumAlgorithm(algorithm))
                    .uploadId();
            var first = aws.uploadPart(
                    request -> request.bucket(bucket)
                            .key("k")
                            .uploadId(upload)
                            .partNumber(1)
                            .checksumAlgorithm(algorithm),
                    RequestBody.fromBytes(part));
            var second = aws.uploadPart(
                    request -> request.bucket(bucket)
                            .key("k")
                            .uploadId(upload)
                            .partNumber(2)
                            .checksumAlgorithm(algorithm),
                    RequestBody.fromString("end"));
            var completed = aws.completeMultipartUpload(request -> request.bucket(bucket)
                    .key("k")
                    .uploadId(upload)
                    .multipartUpload(parts -> parts.parts(
                            CompletedPart.builder()
                                    .partNumber(1)
                                    .eTag(first.eTag())
                                    .checksumCRC32(first.checksumCRC32())
                                    .checksumSHA256(first.checksumSHA256())
                                    .build(),
                            CompletedPart.builder()
                                    .partNumber(2)
                                    .eTag(second.eTag())
                                    .checksumCRC32(second.checksumCRC32())
                                    .checksumSHA256(second.checksumSHA256())
                                    .build())));
            assertThat(completed.eTag()).endsWith("-2\"");
            assertThat(completed.checksumTypeAsString()).isEqualTo("COMPOSITE");
        }
        assertThat(aws.headObject(request -> request.bucket(bucket).key("k")).contentLength())
                .isEqualTo((5 << 20) + 3);
    }

    @Test
    void theMinioClientWorks() throws Exception {
        String bucket = "b-" + UUID.randomUUID();
        minio.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
        byte[] bytes = random(12 << 20);
        minio.putObject(PutObjectArgs.builder().bucket(bucket).object("d/large").stream(
                        new ByteArrayInputStream(bytes), (long) bytes.length, 5L << 20)
                .build());
        try (var in = minio.getObject(
                GetObjectArgs.builder().bucket(bucket).object("d/large").build())) {
            assertThat(in.readAllBytes()).isEqualTo(bytes);
        }
        for (var found : minio.listObjects(
                ListObjectsArgs.builder().bucket(bucket).recursive(true).build())) {
            assertThat(found.get().objectName()).isEqualTo("d/large");
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
