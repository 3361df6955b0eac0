package dev.mayfly.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * Requests to a running suite, signed before the clock starts: what is measured is the platform, not the client's SDK.
 * Takes {@code AWS_ENDPOINT_URL}, {@code AWS_ACCESS_KEY_ID} and {@code AWS_SECRET_ACCESS_KEY} from the environment.
 */
final class Gateway implements AutoCloseable {
    private final URI endpoint = URI.create(required("AWS_ENDPOINT_URL"));
    private final AwsCredentialsIdentity key =
            AwsCredentialsIdentity.create(required("AWS_ACCESS_KEY_ID"), required("AWS_SECRET_ACCESS_KEY"));
    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static String required(String variable) {
        return Optional.ofNullable(System.getenv(variable))
                .orElseThrow(() -> new IllegalStateException(
                        variable + " is not set. Start the suite and run: eval \"$(./mayfly env)\""));
    }

    /** The client itself, for baselines: both sides are measured with the same one. */
    HttpClient http() {
        return http;
    }

    HttpRequest signed(String method, String path, byte[] body) {
        var unsigned = SdkHttpRequest.builder()
                .method(SdkHttpMethod.fromValue(method))
                .uri(endpoint.resolve(path))
                .putHeader("Content-Type", "application/json")
                .build();
        var signed = signer.sign(request -> request.identity(key)
                .request(unsigned)
                .payload(ContentStreamProvider.fromByteArray(body))
                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "lambda")
                .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1"));
        var request = HttpRequest.newBuilder(endpoint.resolve(path))
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
        for (Map.Entry<String, java.util.List<String>> header :
                signed.request().headers().entrySet()) {
            if (!header.getKey().equalsIgnoreCase("Host") && !header.getKey().equalsIgnoreCase("Content-Length")) {
                header.getValue().forEach(value -> request.header(header.getKey(), value));
            }
        }
        return request.build();
    }

    HttpRequest invocation(String function, byte[] event) {
        return signed("POST", "/2015-03-31/functions/" + function + "/invocations", event);
    }

    /** @throws IllegalStateException when the answer is no success or a function error */
    byte[] send(HttpRequest request) throws IOException, InterruptedException {
        var answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        boolean failed = answer.headers().firstValue("x-amz-function-error").isPresent();
        if (answer.statusCode() >= 300 || failed) {
            throw new IllegalStateException(request.uri() + " answered " + answer.statusCode() + ": "
                    + new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8));
        }
        return answer.body();
    }

    void create(String function, String runtime, String handler, byte[] zip) throws IOException, InterruptedException {
        String body = """
                {"FunctionName":"%s","Runtime":"%s","Handler":"%s","Role":"arn:aws:iam::000000000000:role/bench",\
                "MemorySize":256,"Timeout":30,"Code":{"ZipFile":"%s"}}""".formatted(
                function, runtime, handler, java.util.Base64.getEncoder().encodeToString(zip));
        send(signed("POST", "/2015-03-31/functions", body.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    void delete(String function) throws IOException, InterruptedException {
        send(signed("DELETE", "/2015-03-31/functions/" + function, new byte[0]));
    }

    @Override
    public void close() {
        http.close();
    }
}
