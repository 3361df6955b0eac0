package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is billed is what was used, line by line. */
class UsageTest {
    private final RunningSuite suite = RunningSuite.get();

    private JsonNode lines(String resource) {
        return JsonMapper.shared()
                .readTree(suite.get("/v1/usage/lines?limit=1000&resource=" + resource, "application/json")
                        .body())
                .get("lines");
    }

    @Test
    void everyInvocationHasExactlyOneLine() {
        Set<String> answered = new HashSet<>();
        String name;
        try (var lambda = suite.lambda()) {
            name = FunctionFixtures.deploy(
                    lambda,
                    FunctionFixtures.nodeSource(
                            FunctionFixtures.uniqueName("billed"), "exports.handler = async () => 1;"));
            for (int i = 0; i < 25; i++) {
                answered.add(lambda.invoke(request -> request.functionName(name))
                        .responseMetadata()
                        .requestId());
            }
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> lines(name).size() >= 25);
        Set<String> billed = new HashSet<>();
        for (JsonNode line : lines(name)) {
            assertThat(billed.add(line.get("requestId").asString())).isTrue();
            assertThat(line.get("billedMillis").asLong()).isPositive();
        }
        assertThat(billed).isEqualTo(answered);
        var table = suite.mayfly("usage");
        assertThat(table.exitCode()).isZero();
        assertThat(table.output()).contains(name).contains("function-requests").contains("function-compute");
    }

    @Test
    void everyObjectRequestHasExactlyOneLine() {
        String bucket = FunctionFixtures.uniqueName("billed");
        try (var s3 = suite.s3()) {
            s3.createBucket(request -> request.bucket(bucket));
            for (int i = 0; i < 3; i++) {
                String key = "k" + i;
                s3.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromString("12345"));
            }
            s3.getObjectAsBytes(request -> request.bucket(bucket).key("k0"));
            s3.deleteObject(request -> request.bucket(bucket).key("k1"));
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> operations(bucket).size() >= 6);
        assertThat(operations(bucket))
                .containsExactlyInAnyOrder(
                        "CreateBucket", "PutObject", "PutObject", "PutObject", "GetObject", "DeleteObject");
        await().atMost(Duration.ofSeconds(20)).until(() -> storedBytes(bucket) == 10);
    }

    private java.util.List<String> operations(String bucket) {
        var found = new java.util.ArrayList<String>();
        for (JsonNode line : lines(bucket)) {
            if (line.get("kind").asString().equals("object-request")) {
                found.add(line.get("operation").asString());
            }
        }
        return found;
    }

    private long storedBytes(String bucket) {
        long bytes = 0;
        for (JsonNode line : lines(bucket)) {
            if (line.get("kind").asString().equals("storage-change")) {
                bytes += line.get("storageBytes").asLong();
            }
        }
        return bytes;
    }

    @Test
    void usageComesAsCsvToo() {
        var csv = suite.get("/v1/usage?groupBy=resource,meter", "text/csv");
        assertThat(csv.statusCode()).isEqualTo(200);
        assertThat(csv.headers().firstValue("content-type").orElse("")).startsWith("text/csv");
        assertThat(csv.body().lines().findFirst().orElse("")).contains("meter").contains("quantity");
    }

    @Test
    void questionsThatMakeNoSenseAreRefused() {
        var answer = suite.get("/v1/usage?from=tomorrow", "application/json");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("content-type").orElse("")).contains("application/problem+json");
        assertThat(answer.body()).contains("from");
    }
}
