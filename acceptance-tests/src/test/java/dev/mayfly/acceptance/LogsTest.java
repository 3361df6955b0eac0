package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Logs and traces, as people read them. */
class LogsTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final JsonMapper JSON = new JsonMapper();

    private final RunningSuite suite = RunningSuite.get();

    private String aws(String... arguments) {
        String[] command = new String[arguments.length + 2];
        command[0] = "aws";
        command[1] = "logs";
        System.arraycopy(arguments, 0, command, 2, arguments.length);
        var ran = suite.client(LIMIT, command);
        return ran.exitCode() + " " + ran.output();
    }

    private JsonNode get(String target) {
        var answer = suite.get(target, "application/json");
        return answer.statusCode() == 200 ? JSON.readTree(answer.body()) : JSON.createObjectNode();
    }

    private String deployed(LambdaClient lambda, String stem, String code) {
        String name = FunctionFixtures.uniqueName(stem);
        FunctionFixtures.deploy(lambda, FunctionFixtures.nodeSource(name, code));
        return name;
    }

    @Test
    void linesAreReadByEveryClient() {
        try (LambdaClient lambda = suite.lambda()) {
            String name = deployed(
                    lambda, "logs", "exports.handler = async e => { console.log('heard', e.word); return 1; };");
            String requestId = lambda.invoke(request ->
                            request.functionName(name).payload(SdkBytes.fromUtf8String("{\"word\":\"mayfly\"}")))
                    .responseMetadata()
                    .requestId();
            String group = "/aws/lambda/" + name;
            await().atMost(LIMIT)
                    .until(() -> aws("filter-log-events", "--log-group-name", group, "--filter-pattern", "REPORT")
                            .contains("REPORT RequestId"));
            String all = aws("filter-log-events", "--log-group-name", group);
            assertThat(all)
                    .contains("INIT_START Runtime Version: nodejs:", "START RequestId: " + requestId, "heard mayfly")
                    .contains("Placement Duration: ", "Fetch Duration: ", "Start Duration: ");
            String stream = aws(
                    "describe-log-streams",
                    "--log-group-name",
                    group,
                    "--order-by",
                    "LastEventTime",
                    "--query",
                    "logStreams[0].logStreamName",
                    "--output",
                    "text");
            assertThat(stream).startsWith("0 20").contains("[$LATEST]");
            assertThat(aws(
                            "get-log-events",
                            "--log-group-name",
                            group,
                            "--log-stream-name",
                            stream.substring(2).strip(),
                            "--start-from-head"))
                    .contains("heard mayfly");
            assertThat(aws("describe-log-groups", "--log-group-name-prefix", group))
                    .contains(group);
            assertThat(aws("put-retention-policy", "--log-group-name", group, "--retention-in-days", "3"))
                    .contains("UnsupportedOperationException");
            assertThat(aws("filter-log-events", "--log-group-name", "/aws/lambda/none"))
                    .contains("ResourceNotFoundException");
            assertThat(suite.mayfly("logs", name, "--filter", "heard").output()).contains("heard mayfly");
            assertThat(get("/v1/functions/" + name + "/logs?requestId=" + requestId)
                            .path("events")
                            .size())
                    .isGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void theCommandLineClientFollows(@TempDir Path folder) throws Exception {
        String version = suite.client(LIMIT, "aws", "--version").output();
        assumeTrue(
                version.startsWith("aws-cli/2"), "`aws logs tail` is of version 2 of the aws cli; this is " + version);
        try (LambdaClient lambda = suite.lambda()) {
            String name = deployed(lambda, "tailed", "exports.handler = async e => console.log('heard', e);");
            lambda.invoke(request -> request.functionName(name).payload(SdkBytes.fromUtf8String("\"before\"")));
            String group = "/aws/lambda/" + name;
            await().atMost(LIMIT)
                    .until(() ->
                            aws("filter-log-events", "--log-group-name", group).contains("heard before"));
            Path output = folder.resolve("tail.out");
            Process tail = suite.startClient(output, "aws", "logs", "tail", group, "--follow", "--since", "10m");
            try {
                await().atMost(LIMIT)
                        .untilAsserted(() -> assertThat(output).content().contains("heard before"));
                for (int number = 0; number < 3; number++) {
                    String word = "after-" + number;
                    lambda.invoke(
                            request -> request.functionName(name).payload(SdkBytes.fromUtf8String("\"" + word + "\"")));
                    await().atMost(LIMIT)
                            .untilAsserted(() -> assertThat(output).content().contains("heard " + word));
                }
                assertThat(output).content().containsOnlyOnce("heard before").containsOnlyOnce("heard after-0");
            } finally {
                tail.destroy();
            }
        }
    }

    @Test
    void theTimeOfColdWarmAndQueuedInvocationsAddsUp() throws Exception {
        try (LambdaClient lambda = suite.lambda()) {
            String name = deployed(lambda, "traced", "exports.handler = async () => 1;");
            var cold = lambda.invoke(request -> request.functionName(name));
            var warm = lambda.invoke(request -> request.functionName(name));
            assertThat(warm.sdkHttpResponse()
                            .firstMatchingHeader("Server-Timing")
                            .orElseThrow())
                    .contains("queue;dur=", "placement;dur=", "start;desc=warm", "handler;dur=", "total;dur=");
            var queued = lambda.invoke(request -> request.functionName(name).invocationType(InvocationType.EVENT));
            for (var expected : Map.of(
                            cold.responseMetadata().requestId(), "",
                            warm.responseMetadata().requestId(), "warm",
                            queued.responseMetadata().requestId(), "warm")
                    .entrySet()) {
                String target = "/v1/invocations/" + expected.getKey();
                await().atMost(LIMIT).until(() -> get(target).has("splitMs"));
                JsonNode trace = get(target);
                double sum = 0;
                for (JsonNode part : trace.get("splitMs")) {
                    assertThat(part.doubleValue()).isNotNegative();
                    sum += part.doubleValue();
                }
                assertThat(sum)
                        .isCloseTo(trace.get("totalMs").doubleValue(), org.assertj.core.data.Offset.offset(0.01));
                assertThat(trace.get("function").stringValue()).isEqualTo(name);
                assertThat(trace.get("start").stringValue()).contains(expected.getValue());
            }
            assertThat(get("/v1/functions/" + name + "/invocations?start=warm&limit=1")
                            .path("invocations")
                            .size())
                    .isEqualTo(1);
        }
    }
}
