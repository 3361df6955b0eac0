package dev.mayfly.acceptance;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/** Requests of the Lambda API as no SDK would make them, signed well. */
final class SignedRequests {
    private static final Set<String> SET_BY_THE_CLIENT = Set.of("host", "content-length");

    private SignedRequests() {}

    /** @param target path and query, percent-encoded */
    static HttpResponse<String> send(String method, String target, String body) {
        RunningSuite suite = RunningSuite.get();
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        URI uri = URI.create(suite.endpoint().toString().replaceFirst("/$", "") + target);
        var signed = AwsV4HttpSigner.create()
                .sign(request -> request.identity(
                                AwsCredentialsIdentity.create(suite.accessKeyId(), suite.secretAccessKey()))
                        .request(SdkHttpRequest.builder()
                                .uri(uri)
                                .method(SdkHttpMethod.fromValue(method))
                                .putHeader("Content-Type", "application/json")
                                .build())
                        .payload(ContentStreamProvider.fromInputStream(new ByteArrayInputStream(bytes)))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "lambda")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1"));
        var request = HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.ofByteArray(bytes));
        signed.request().headers().forEach((header, values) -> {
            if (!SET_BY_THE_CLIENT.contains(header.toLowerCase(java.util.Locale.ROOT))) {
                values.forEach(value -> request.header(header, value));
            }
        });
        return suite.send(request.build());
    }
}
