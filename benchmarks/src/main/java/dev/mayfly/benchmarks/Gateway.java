package dev.mayfly.benchmarks;

import dev.mayfly.contracts.events.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import tools.jackson.databind.JsonNode;

/**
 * Requests to a running suite, signed before the clock starts: what is measured is the platform, not the client's SDK.
 * Takes {@code AWS_ENDPOINT_URL}, {@code AWS_ACCESS_KEY_ID} and {@code AWS_SECRET_ACCESS_KEY} from the environment.
 */
final class Gateway implements AutoCloseable {
    private static final String PREFIX = "bench-";

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
        return signed(method, path, body, Map.of());
    }

    private HttpRequest signed(String method, String path, byte[] body, Map<String, String> headers) {
        var unsigned = SdkHttpRequest.builder()
                .method(SdkHttpMethod.fromValue(method))
                .uri(endpoint.resolve(path))
                .putHeader("Content-Type", "application/json")
                .applyMutation(builder -> headers.forEach(builder::putHeader))
                .build();
        var signed = signer.sign(request -> request.identity(key)
                .request(unsigned)
                .payload(ContentStreamProvider.fromByteArray(body))
                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "lambda")
                .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1"));
        var request = HttpRequest.newBuilder(endpoint.resolve(path))
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
        for (Map.Entry<String, List<String>> header : signed.request().headers().entrySet()) {
            if (!header.getKey().equalsIgnoreCase("Host") && !header.getKey().equalsIgnoreCase("Content-Length")) {
                header.getValue().forEach(value -> request.header(header.getKey(), value));
            }
        }
        return request.build();
    }

    HttpRequest invocation(String function, byte[] event) {
        return signed("POST", "/2015-03-31/functions/" + function + "/invocations", event);
    }

    /** An asynchronous invocation. */
    HttpRequest event(String function, byte[] event) {
        return signed(
                "POST",
                "/2015-03-31/functions/" + function + "/invocations",
                event,
                Map.of("X-Amz-Invocation-Type", "Event"));
    }

    /** @throws IllegalStateException when the answer is no success or a function error */
    byte[] send(HttpRequest request) throws IOException, InterruptedException {
        var answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        boolean failed = answer.headers().firstValue("x-amz-function-error").isPresent();
        if (answer.statusCode() >= 300 || failed) {
            throw new IllegalStateException(request.uri() + " answered " + answer.statusCode() + ": "
                    + new String(answer.body(), StandardCharsets.UTF_8));
        }
        return answer.body();
    }

    /** A function's name that {@link #deleteLeftovers} knows as ours. */
    String newName(String kind) {
        return PREFIX + kind + "-" + UUID.randomUUID().toString().substring(0, 8);
    }

    /** Deletes what runs that were ended in the middle left. */
    void deleteLeftovers() throws IOException, InterruptedException {
        String marker = "";
        do {
            JsonNode page = Json.mapper()
                    .readTree(send(signed("GET", "/2015-03-31/functions?MaxItems=50" + marker, new byte[0])));
            for (JsonNode function : page.path("Functions")) {
                String name = function.path("FunctionName").asString();
                if (name.startsWith(PREFIX)) {
                    delete(name);
                }
            }
            String next = page.path("NextMarker").asString("");
            marker = next.isEmpty() ? "" : "&Marker=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
        } while (!marker.isEmpty());
    }

    void create(String function, String runtime, String handler, byte[] zip, int memoryMb, String isolation)
            throws IOException, InterruptedException {
        byte[] body = Json.bytes(Map.of(
                "FunctionName",
                function,
                "Runtime",
                runtime,
                "Handler",
                handler,
                "Role",
                "arn:aws:iam::000000000000:role/bench",
                "MemorySize",
                memoryMb,
                "Timeout",
                30,
                "Tags",
                Map.of("mayfly:isolation", isolation),
                "Code",
                Map.of("ZipFile", Base64.getEncoder().encodeToString(zip))));
        send(signed("POST", "/2015-03-31/functions", body));
    }

    void delete(String function) throws IOException, InterruptedException {
        send(signed("DELETE", "/2015-03-31/functions/" + function, new byte[0]));
    }

    @Override
    public void close() {
        http.close();
    }
}
