package dev.mayfly.gateway.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.gateway.GatewayFixture;
import dev.mayfly.gateway.Wire;
import io.netty.buffer.Unpooled;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.StsException;

/** The AWS SDK for Java signs; the gateway must agree. */
class RealClientsTest {
    private final GatewayFixture gateway = GatewayFixture.get();
    private final StaticCredentialsProvider good = credentials(GatewayFixture.SECRET);
    private final StaticCredentialsProvider bad = credentials("wrong");

    @BeforeEach
    void reset() {
        gateway.stub.reset();
    }

    private static StaticCredentialsProvider credentials(String secret) {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create(GatewayFixture.KEY, secret));
    }

    private S3Client s3(StaticCredentialsProvider credentials, boolean chunked) {
        return S3Client.builder()
                .endpointOverride(gateway.url())
                .region(Region.US_EAST_1)
                .credentialsProvider(credentials)
                .forcePathStyle(true)
                .serviceConfiguration(S3Configuration.builder()
                        .chunkedEncodingEnabled(chunked)
                        .build())
                .build();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a//b",
                "/a",
                "../x",
                "a b",
                "a+b",
                "ü/🦋",
                "a;b",
                "a*b",
                "%2F",
                "a?b",
                "a#b",
                "a%20b",
                "a\\b",
                "~'()!&=$@:,",
                "\u0007bell"
            })
    void s3KeysOfEveryKind(String key) {
        try (var s3 = s3(good, true)) {
            s3.putObject(put -> put.bucket("bucket").key(key), RequestBody.fromString("hello"));
        }
        var seen = Objects.requireNonNull(gateway.stub.seen.poll());
        String target = Objects.requireNonNull(seen.voucher().target());
        assertThat(target).startsWith("/bucket/");
        String decoded = java.net.URLDecoder.decode(
                target.substring("/bucket/".length()).replace("+", "%2B"), StandardCharsets.UTF_8);
        assertThat(decoded).isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void s3PayloadsSignedInChunksAndWhole(boolean chunked) {
        try (var s3 = s3(good, chunked)) {
            s3.putObject(put -> put.bucket("bucket").key("k"), RequestBody.fromBytes(new byte[200_000]));
        }
        var payload = Objects.requireNonNull(
                Objects.requireNonNull(gateway.stub.seen.poll()).voucher().payload());
        assertThat(payload.contentSha256().startsWith("STREAMING-")).isEqualTo(chunked);
    }

    @Test
    void s3ErrorsAreUnderstood() {
        try (var s3 = s3(bad, true)) {
            assertThatThrownBy(() -> s3.listBuckets()).isInstanceOfSatisfying(S3Exception.class, e -> {
                assertThat(e.awsErrorDetails().errorCode()).isEqualTo("SignatureDoesNotMatch");
                assertThat(e.requestId()).hasSize(36);
            });
        }
    }

    @Test
    void s3PresignedUrls() throws Exception {
        try (var presigner = S3Presigner.builder()
                .endpointOverride(gateway.url())
                .region(Region.US_EAST_1)
                .credentialsProvider(good)
                .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build())
                .build()) {
            var url = presigner
                    .presignGetObject(presign -> presign.signatureDuration(Duration.ofMinutes(5))
                            .getObjectRequest(get -> get.bucket("bucket").key("a b/ü+c")))
                    .url();
            var connection = (HttpURLConnection) url.openConnection();
            assertThat(connection.getResponseCode()).isEqualTo(200);
            var seen = Objects.requireNonNull(gateway.stub.seen.poll());
            assertThat(Objects.requireNonNull(seen.voucher().payload()).contentSha256())
                    .isEqualTo("UNSIGNED-PAYLOAD");
            String tampered = url.getFile().replace("a%20b", "a%20c");
            var reply = Wire.raw(
                    gateway.port,
                    "GET " + tampered + " HTTP/1.1\r\nhost: localhost:" + gateway.port
                            + "\r\nconnection: close\r\n\r\n");
            assertThat(reply.status()).isEqualTo(403);
            assertThat(reply.body()).contains("SignatureDoesNotMatch");
        }
    }

    @Test
    void lambdaInvocations() {
        gateway.stub.answers((request, response) -> response.header("Content-Length", "4")
                .header("X-Amz-Executed-Version", "$LATEST")
                .sendObject(Unpooled.wrappedBuffer("\"ok\"".getBytes(StandardCharsets.UTF_8))));
        String arn = "arn:aws:lambda:us-east-1:123456789012:function:hello";
        try (var lambda = lambda(good)) {
            var answer = lambda.invoke(invoke ->
                    invoke.functionName(arn).qualifier("$LATEST").payload(SdkBytes.fromUtf8String("{\"n\":1}")));
            assertThat(answer.payload().asUtf8String()).isEqualTo("\"ok\"");
            assertThat(answer.executedVersion()).isEqualTo("$LATEST");
            var seen = Objects.requireNonNull(gateway.stub.seen.poll());
            assertThat(seen.uri()).startsWith("/2015-03-31/functions/").contains("Qualifier=%24LATEST");
            assertThat(answer.responseMetadata().requestId())
                    .isEqualTo(seen.voucher().requestId());
        }
        try (var lambda = lambda(bad)) {
            assertThatThrownBy(() -> lambda.listFunctions())
                    .isInstanceOfSatisfying(
                            LambdaException.class,
                            e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("InvalidSignatureException"));
        }
    }

    private LambdaClient lambda(StaticCredentialsProvider credentials) {
        return LambdaClient.builder()
                .endpointOverride(gateway.url())
                .region(Region.US_EAST_1)
                .credentialsProvider(credentials)
                .build();
    }

    @Test
    void stsErrorsAreUnderstood() {
        try (var sts = StsClient.builder()
                .endpointOverride(gateway.url())
                .region(Region.US_EAST_1)
                .credentialsProvider(bad)
                .build()) {
            assertThatThrownBy(() -> sts.getCallerIdentity())
                    .isInstanceOfSatisfying(
                            StsException.class,
                            e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("SignatureDoesNotMatch"));
        }
    }
}
