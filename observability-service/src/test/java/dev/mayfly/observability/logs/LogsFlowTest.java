package dev.mayfly.observability.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.hosting.InvocationOutcome;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.logs.LogLine;
import dev.mayfly.contracts.traces.InvocationTrace;
import dev.mayfly.contracts.traces.TimeSplit;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.observability.RunningObservability;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class LogsFlowTest {
    private static final RunningObservability SERVICE = new RunningObservability("observability_logs");
    private static final String ACCOUNT = "000000000042";

    @AfterAll
    static void stop() {
        SERVICE.close();
    }

    private static void write(
            String account, String function, String stream, String request, Instant time, String text) {
        var line = new LogLine(
                account + ":" + function + ":$LATEST", request, "/aws/lambda/" + function, stream, time, text);
        SERVICE.publish(
                Topics.FUNCTION_LOGS,
                line.functionKey(),
                line.toEvent(UUID.randomUUID().toString(), "/test"));
    }

    private static JsonNode logs(String operation, String body) {
        var answer = SERVICE.logs(ACCOUNT, Role.OWNER, operation, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.mapper().readTree(answer.body());
    }

    private static void awaitLines(String function, int count) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> SERVICE.json(ACCOUNT, "/v1/functions/" + function + "/logs")
                                .get("events")
                                .size()
                        >= count);
    }

    @Test
    void linesAreFoundPagedAndKeptApart() {
        Instant now = Instant.now().minusSeconds(60);
        for (int i = 0; i < 25; i++) {
            write(ACCOUNT, "paged", "s" + i % 2, "r" + i, now.plusMillis(i), "line " + i + (i == 7 ? " ERROR" : ""));
        }
        write("000000000043", "paged", "s0", "x", now, "another account's");
        awaitLines("paged", 25);
        var seen = new HashSet<String>();
        String token = "";
        int pages = 0;
        do {
            var page = logs(
                    "FilterLogEvents",
                    "{\"logGroupName\":\"/aws/lambda/paged\",\"limit\":10,\"interleaved\":true" + token + "}");
            page.get("events").forEach(event -> seen.add(event.get("eventId").stringValue()));
            token = page.has("nextToken") ? ",\"nextToken\":" + page.get("nextToken") : "";
            pages++;
        } while (!token.isEmpty());
        assertThat(seen).hasSize(25);
        assertThat(pages).isEqualTo(3);
        var errors = logs("FilterLogEvents", "{\"logGroupName\":\"/aws/lambda/paged\",\"filterPattern\":\"ERROR\"}");
        assertThat(errors.get("events").size()).isEqualTo(1);
        assertThat(errors.at("/events/0/message").stringValue()).isEqualTo("line 7 ERROR");
        assertThat(SERVICE.json(ACCOUNT, "/v1/functions/paged/logs?requestId=r3")
                        .get("events")
                        .size())
                .isEqualTo(1);
        var streams = logs(
                "DescribeLogStreams",
                "{\"logGroupName\":\"/aws/lambda/paged\",\"orderBy\":\"LastEventTime\",\"descending\":true,\"limit\":1}");
        assertThat(streams.at("/logStreams/0/logStreamName").stringValue()).isEqualTo("s0");
        assertThat(streams.has("nextToken")).isTrue();
        assertThat(logs("DescribeLogGroups", "{\"logGroupNamePrefix\":\"/aws/lambda/pa\"}")
                        .at("/logGroups/0/logGroupName")
                        .stringValue())
                .isEqualTo("/aws/lambda/paged");
        String named = "{\"logGroupIdentifiers\":[\"arn:aws:logs:us-east-1:" + ACCOUNT
                + ":log-group:/aws/lambda/paged:*\",\"/aws/lambda/pa\"]";
        assertThat(logs("DescribeLogGroups", named + "}").get("logGroups").size())
                .isEqualTo(1);
        assertThat(logs("DescribeLogGroups", named + ",\"logGroupClass\":\"DELIVERY\"}")
                        .get("logGroups")
                        .isEmpty())
                .isTrue();
        readsAStreamBothWays();
        tellsWhoAsksAgain();
    }

    /** As {@code aws logs tail --follow} asks: again from the newest time that it has seen, leaving out what it has seen. */
    private static void tellsWhoAsksAgain() {
        Instant newest = Instant.now().minusSeconds(30);
        String question = "{\"logGroupName\":\"/aws/lambda/tailed\",\"interleaved\":true,\"startTime\":"
                + newest.toEpochMilli() + "}";
        write(ACCOUNT, "tailed", "s0", "r0", newest.minusMillis(1), "older");
        write(ACCOUNT, "tailed", "s0", "r1", newest, "seen");
        awaitLines("tailed", 2);
        var seen = logs("FilterLogEvents", question).at("/events/0");
        assertThat(seen.get("message").stringValue()).isEqualTo("seen");
        write(ACCOUNT, "tailed", "s1", "r2", newest, "late");
        awaitLines("tailed", 3);
        var again = logs("FilterLogEvents", question);
        assertThat(again.has("nextToken")).isFalse();
        assertThat(again.get("events").valueStream()).hasSize(2).contains(seen);
        assertThat(again.get("events").findValuesAsString("message")).contains("late");
    }

    private static void readsAStreamBothWays() {
        String stream = "{\"logGroupName\":\"/aws/lambda/paged\",\"logStreamName\":\"s0\",\"limit\":5";
        var last = logs("GetLogEvents", stream + "}");
        assertThat(last.at("/events/4/message").stringValue()).isEqualTo("line 24");
        var before = logs("GetLogEvents", stream + ",\"nextToken\":" + last.get("nextBackwardToken") + "}");
        assertThat(before.at("/events/4/message").stringValue()).isEqualTo("line 14");
        var first = logs("GetLogEvents", stream + ",\"startFromHead\":true}");
        assertThat(first.at("/events/0/message").stringValue()).isEqualTo("line 0");
        var end = logs("GetLogEvents", stream + ",\"nextToken\":" + last.get("nextForwardToken") + "}");
        assertThat(end.get("events").isEmpty()).isTrue();
        assertThat(end.get("nextForwardToken")).isEqualTo(last.get("nextForwardToken"));
    }

    @Test
    void badInputHasTheDocumentedErrors() {
        refused("FilterLogEvents", "{\"logGroupName\":\"/none\"}", "ResourceNotFoundException");
        refused("FilterLogEvents", "{}", "InvalidParameterException");
        refused("FilterLogEvents", "{\"logGroupName\":\"a b\"}", "InvalidParameterException");
        refused("FilterLogEvents", "{\"logGroupName\":7}", "SerializationException");
        refused("FilterLogEvents", "[", "SerializationException");
        refused(
                "FilterLogEvents",
                "{\"logGroupName\":\"/g\",\"limit\":99999999999999999999}",
                "InvalidParameterException");
        refused("FilterLogEvents", "{\"logGroupName\":\"/g\",\"nextToken\":\"x\"}", "InvalidParameterException");
        refused("FilterLogEvents", "{\"logGroupName\":\"/g\",\"filterPattern\":\"[a]\"}", "InvalidParameterException");
        refused("GetLogEvents", "{\"logGroupName\":\"/g\"}", "InvalidParameterException");
        String nul = "a\\u0000";
        for (String operation : new String[] {"FilterLogEvents", "GetLogEvents", "DescribeLogStreams"}) {
            for (String member : new String[] {
                "\"logStreamName\":\"" + nul + "\"",
                "\"logStreamNames\":[\"" + nul + "\"]",
                "\"logStreamName\":\"s\",\"logStreamNamePrefix\":\"" + nul + "\"",
                "\"logStreamName\":\"s\",\"nextToken\":\"" + nul + "\"",
                "\"logStreamName\":\"s\",\"nextToken\":\"9999999999999999.1\"",
                "\"logGroupIdentifier\":\"" + nul + "\""
            }) {
                var answer = SERVICE.logs(ACCOUNT, Role.OWNER, operation, "{\"logGroupName\":\"/g\"," + member + "}");
                assertThat(answer.statusCode())
                        .as(operation + member + answer.body())
                        .isEqualTo(400);
            }
        }
        for (String member : new String[] {"logGroupNamePrefix", "logGroupNamePattern", "nextToken"}) {
            refused("DescribeLogGroups", "{\"" + member + "\":\"" + nul + "\"}", "InvalidParameterException");
        }
        refused(
                "GetLogEvents",
                "{\"logGroupName\":\"/g\",\"logStreamName\":\"" + nul + "\"}",
                "InvalidParameterException");
        refused("PutRetentionPolicy", "{}", "UnsupportedOperationException");
        refused("DescribeLogGroups", "{\"logGroupClass\":\"GOLD\"}", "InvalidParameterException");
        refused("DescribeLogGroups", "{\"logGroupIdentifiers\":[]}", "InvalidParameterException");
        refused("DescribeLogStreams", "{\"logGroupName\":\"/g\",\"orderBy\":\"x\"}", "InvalidParameterException");
        assertThat(SERVICE.logs(ACCOUNT, Role.INVOKER, "DescribeLogGroups", "{}")
                        .body())
                .contains("AccessDeniedException");
        for (String query : new String[] {
            "since=x",
            "limit=0",
            "cursor=a",
            "unknown=1",
            "filter=%5Ba",
            "limit=1&limit=2",
            "stream=a%00",
            "requestId=%00",
            "filter=%00",
            "cursor=9999999999999999.1"
        }) {
            var answer = SERVICE.get(ACCOUNT, Role.OWNER, "/v1/functions/f/logs?" + query);
            assertThat(answer.statusCode()).as(query + answer.body()).isEqualTo(400);
        }
        for (String target : new String[] {
            "/v1/functions/f/invocations?since=-200000-01-01T00:00:00Z",
            "/v1/functions/f/logs?since=-200000-01-01T00:00:00Z&until=%2B200000-01-01T00:00:00Z"
        }) {
            assertThat(SERVICE.get(ACCOUNT, Role.OWNER, target).statusCode())
                    .as(target)
                    .isEqualTo(200);
        }
        assertThat(SERVICE.get(ACCOUNT, Role.INVOKER, "/v1/functions/f/logs").statusCode())
                .isEqualTo(403);
    }

    private static void refused(String operation, String body, String type) {
        var answer = SERVICE.logs(ACCOUNT, Role.OWNER, operation, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(Json.mapper().readTree(answer.body()).get("__type").stringValue())
                .as(body)
                .isEqualTo(type);
    }

    @Test
    void followersHearOfLinesAndResume() throws Exception {
        write(ACCOUNT, "followed", "s", "r1", Instant.now(), "first");
        awaitLines("followed", 1);
        var request = HttpRequest.newBuilder(SERVICE.url("/v1/functions/followed/logs?since=10m"))
                .header(Voucher.HEADER, SERVICE.voucher(ACCOUNT, Role.OWNER))
                .header("Accept", "text/event-stream");
        String id = "";
        try (var client = HttpClient.newHttpClient()) {
            var events = client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofLines())
                    .get(10, TimeUnit.SECONDS)
                    .body();
            write(ACCOUNT, "followed", "s", "r2", Instant.now(), "second");
            for (var lines = events.iterator(); lines.hasNext(); ) {
                String line = lines.next();
                if (line.startsWith("id: ") && id.isEmpty()) {
                    id = line.substring(4);
                }
                if (line.contains("\"message\":\"second\"")) {
                    break;
                }
            }
            client.shutdownNow();
        }
        try (var client = HttpClient.newHttpClient()) {
            var again = client.sendAsync(
                            request.header("Last-Event-ID", id).build(), HttpResponse.BodyHandlers.ofLines())
                    .get(10, TimeUnit.SECONDS)
                    .body()
                    .filter(line -> line.startsWith("data: "))
                    .findFirst();
            assertThat(again.orElseThrow()).contains("\"message\":\"second\"");
            client.shutdownNow();
        }
    }

    @Test
    void tracesAddUpAndAreListed() {
        String id = UUID.randomUUID().toString();
        for (int attempt = 1; attempt <= 2; attempt++) {
            var trace = new InvocationTrace(
                    id,
                    attempt,
                    ACCOUNT,
                    "traced",
                    "1",
                    Isolation.GVISOR,
                    true,
                    Instant.now(),
                    attempt == 1 ? InvocationOutcome.Start.COLD : InvocationOutcome.Start.WARM,
                    InvocationOutcome.Status.SUCCESS,
                    null,
                    2,
                    new TimeSplit(1, 2, 3, 4, 5, 6, 7, 8),
                    "127.0.0.1:1",
                    "s",
                    null,
                    null);
            SERVICE.publish(
                    Topics.INVOCATION_TRACES, id, CloudEvent.of(id + attempt, "/test", "test", "traced", trace));
        }
        await().atMost(Duration.ofSeconds(30))
                .until(() -> SERVICE.get(ACCOUNT, Role.OWNER, "/v1/functions/traced/invocations")
                        .body()
                        .contains("\"attempt\":2"));
        var one = SERVICE.json(ACCOUNT, "/v1/invocations/" + id);
        assertThat(one.get("attempts").size()).isEqualTo(2);
        double sum = 0;
        for (JsonNode part : one.get("splitMs")) {
            sum += part.doubleValue();
        }
        assertThat(sum).isCloseTo(one.get("totalMs").doubleValue(), org.assertj.core.data.Offset.offset(1e-6));
        assertThat(SERVICE.json(ACCOUNT, "/v1/functions/traced/invocations?start=cold")
                        .get("invocations")
                        .size())
                .isEqualTo(1);
        assertThat(SERVICE.get("000000000043", Role.OWNER, "/v1/invocations/" + id)
                        .statusCode())
                .isEqualTo(404);
        assertThat(SERVICE.get(ACCOUNT, Role.OWNER, "/v1/functions/traced/invocations?start=hot")
                        .statusCode())
                .isEqualTo(400);
    }
}
