package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.InvocationResult.Crashed;
import dev.mayfly.sandbox.api.InvocationResult.Success;
import dev.mayfly.sandbox.api.InvocationResult.TimedOut;
import dev.mayfly.sandbox.api.Sandbox;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The Runtime API over HTTP, seen from inside a sandbox: as Lambda documents it, and as hostile functions use it. */
public abstract class HttpLinkContract extends SandboxContract {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String BASE = "/2018-06-01/runtime/";
    private static final String ANSWER = "POST " + BASE + "invocation/{id}/response HTTP/1.1\r\nHost: x\r\n";

    private static Map<String, Object> send(String request) {
        return Map.of("send", request);
    }

    private static Map<String, Object> answer(String body) {
        return send(ANSWER + "Content-Length: " + body.length() + "\r\n\r\n" + body);
    }

    private InvocationResult run(Sandbox sandbox, Duration timeout, List<Map<String, Object>> requests)
            throws InterruptedException {
        log.clear();
        return sandbox.invoke(request(JSON.writeValueAsString(Map.of("requests", requests)), timeout));
    }

    /** The first lines of what each request was answered. */
    @SafeVarargs
    private List<String> statuses(Sandbox sandbox, Map<String, Object>... requests) throws InterruptedException {
        run(sandbox, Duration.ofSeconds(10), List.of(requests));
        List<String> statuses = new ArrayList<>();
        for (JsonNode said : said(sandbox)) {
            statuses.add(said.asString().lines().findFirst().orElse("").replace("HTTP/1.1 ", ""));
        }
        return statuses;
    }

    /** What the guest logged; an answer of its own may have ended the invocation before it did. */
    private JsonNode said(Sandbox sandbox) throws InterruptedException {
        invoke(sandbox, "{\"requests\":[]}");
        String line = log.stream()
                .filter(each -> each.startsWith("said "))
                .findFirst()
                .orElseThrow();
        return JSON.readTree(line.substring(5));
    }

    @Test
    void theHeadersOfAnInvocation() throws Exception {
        String client = Base64.getEncoder().encodeToString("{\"a\":1}".getBytes(StandardCharsets.UTF_8));
        InvocationResult result = start(Behaviour.CONTEXT)
                .invoke(new InvocationRequest(
                        "id-of-it",
                        "{}".getBytes(StandardCharsets.UTF_8),
                        Duration.ofSeconds(7),
                        ARN,
                        "Root=1-2-3",
                        client));
        JsonNode headers = answer(result).get("headers");
        assertThat(headers.get("Lambda-Runtime-Aws-Request-Id").asString()).isEqualTo("id-of-it");
        assertThat(headers.get("Lambda-Runtime-Invoked-Function-Arn").asString())
                .isEqualTo(ARN);
        assertThat(headers.get("Lambda-Runtime-Trace-Id").asString()).isEqualTo("Root=1-2-3");
        assertThat(headers.get("Lambda-Runtime-Client-Context").asString()).isEqualTo("{\"a\":1}");
        assertThat(headers.get("Lambda-Runtime-Deadline-Ms").asLong())
                .isBetween(System.currentTimeMillis(), System.currentTimeMillis() + 7_500);
        assertThat(headers.has("Lambda-Runtime-Cognito-Identity")).isFalse();
        assertThat(headers.get("Content-Type").asString()).isEqualTo("application/json");
    }

    @Test
    void whatCallersSayBecomesNoHeaderOfItsOwn() throws Exception {
        String injection = "a\r\nLambda-Runtime-Aws-Request-Id: forged\r\n\r\n{}";
        InvocationResult result = shared(Behaviour.CONTEXT)
                .invoke(new InvocationRequest(
                        "the-real-one",
                        "{}".getBytes(StandardCharsets.UTF_8),
                        Duration.ofSeconds(7),
                        ARN,
                        injection,
                        Base64.getEncoder().encodeToString(injection.getBytes(StandardCharsets.UTF_8))));
        JsonNode headers = answer(result).get("headers");
        assertThat(headers.get("Lambda-Runtime-Aws-Request-Id").asString()).isEqualTo("the-real-one");
        assertThat(headers.toString()).doesNotContain("forged");
    }

    @Test
    void aStreamedAnswerIsAcceptedAndGatheredUp() throws Exception {
        Sandbox sandbox = shared(Behaviour.RUNTIME_API);
        String streamed = ANSWER + "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n"
                + "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n";
        InvocationResult result = run(
                sandbox,
                Duration.ofSeconds(10),
                List.of(send(streamed + "4\r\n\"abc\r\n1;x=y\r\nd\r\n0001\r\n\"\r\n0\r\n\r\n")));
        assertThat(answer(result).asString()).isEqualTo("abcd");
        assertThat(said(sandbox).get(0).asString()).startsWith("HTTP/1.1 202");
        String body = Base64.getEncoder()
                .encodeToString("{\"errorType\":\"Own.Broke\",\"errorMessage\":\"midstream\"}"
                        .getBytes(StandardCharsets.UTF_8));
        JsonNode error = error(run(
                sandbox,
                Duration.ofSeconds(10),
                List.of(send(streamed + "4\r\n\"abc\r\n0\r\nLambda-Runtime-Function-Error-Type: Own.Broke\r\n"
                        + "Lambda-Runtime-Function-Error-Body: " + body + "\r\n\r\n"))));
        assertThat(error.get("errorType").asString()).isEqualTo("Own.Broke");
        assertThat(error.get("errorMessage").asString()).isEqualTo("midstream");
    }

    @Test
    void anErrorAsDocumented() throws Exception {
        Sandbox sandbox = shared(Behaviour.RUNTIME_API);
        String body = "{\"errorType\":\"Own\",\"errorMessage\":\"why\",\"stackTrace\":[]}";
        JsonNode error = error(run(
                sandbox,
                Duration.ofSeconds(10),
                List.of(send("POST " + BASE + "invocation/{id}/error HTTP/1.1\r\n"
                        + "Lambda-Runtime-Function-Error-Type: Own\r\nContent-Length: " + body.length() + "\r\n\r\n"
                        + body))));
        assertThat(error.get("errorType").asString()).isEqualTo("Own");
        assertThat(error.get("errorMessage").asString()).isEqualTo("why");
    }

    @Test
    void onlyItsOwnInvocationAndOnlyOnce() throws Exception {
        Sandbox sandbox = shared(Behaviour.RUNTIME_API);
        String other = "HTTP/1.1\r\nContent-Length: 1\r\n\r\n1";
        assertThat(statuses(
                        sandbox,
                        send("POST " + BASE + "invocation/another/response " + other),
                        send("POST " + BASE + "invocation//response " + other),
                        send("POST " + BASE + "invocation/another/error " + other),
                        send("POST " + BASE + "invocation/{id}/../another/response " + other),
                        send("POST " + BASE + "init/error " + other),
                        send("GET " + BASE + "invocation/next HTTP/1.1\r\n\r\n"),
                        answer("1"),
                        answer("2"),
                        send("POST " + BASE + "invocation/{id}/error " + other)))
                .containsExactly(
                        "400 Bad Request",
                        "400 Bad Request",
                        "400 Bad Request",
                        "404 Not Found",
                        "403 Forbidden",
                        "403 Forbidden",
                        "202 Accepted",
                        "403 Forbidden",
                        "403 Forbidden");
        assertThat(answer(run(sandbox, Duration.ofSeconds(10), List.of())).asString())
                .isEqualTo("done");
    }

    @Test
    void malformedRequestsAreRefused() throws Exception {
        Sandbox sandbox = shared(Behaviour.RUNTIME_API);
        String zeros = "0".repeat(5000);
        List<String> statuses = statuses(
                sandbox,
                send("hello\r\n\r\n"),
                send("\0\0\0\0\r\n\r\n"),
                send("GET http://x/ HTTP/1.1\r\n\r\n"),
                send("GET / HTTP/9.9\r\n\r\n"),
                send("GET / HTTP/1.1\r\nno colon\r\n\r\n"),
                send("GET / HTTP/1.1\r\nx : y\r\n\r\n"),
                send(ANSWER + "Content-Length: -1\r\n\r\n"),
                send(ANSWER + "Content-Length: 99999999999999999999\r\n\r\n"),
                send(ANSWER + "Content-Length: 1e3\r\n\r\n"),
                send(ANSWER + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"),
                send(ANSWER + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
                send(ANSWER + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
                send(ANSWER + "Transfer-Encoding: chunked\r\n\r\n-5\r\n"),
                send(ANSWER + "Transfer-Encoding: chunked\r\n\r\n" + zeros + zeros + zeros + zeros + "1\r\nx"),
                send(ANSWER + "Transfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n"));
        assertThat(statuses).allSatisfy(status -> assertThat(status).matches("4\\d\\d .*|50[15] .*"));
        assertThat(answer(run(sandbox, Duration.ofSeconds(10), List.of())).asString())
                .isEqualTo("done");
    }

    @Test
    void whatIsTooLargeIsRefused() throws Exception {
        Sandbox sandbox = shared(Behaviour.RUNTIME_API);
        assertThat(statuses(
                        sandbox,
                        Map.of("send", "GET / HTTP/1.1\r\nx: ", "then", 20_000),
                        Map.of("send", "", "then", 20_000),
                        send("GET / HTTP/1.1\r\n" + "a: b\r\n".repeat(5_000) + "\r\n")))
                .allSatisfy(status -> assertThat(status).matches("4\\d\\d .*|broken: .*"));
        for (String body : List.of("Content-Length: 6291457\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n600001\r\n")) {
            InvocationResult result = run(sandbox, Duration.ofSeconds(10), List.of(send(ANSWER + body)));
            assertThat(said(sandbox).get(0).asString()).as(body).startsWith("HTTP/1.1 413");
            assertThat(error(result).get("errorType").asString()).isEqualTo("Function.ResponseSizeTooLarge");
        }
        assertThat(statuses(
                        sandbox,
                        send(ANSWER + "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n"),
                        send(ANSWER + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n")))
                .allSatisfy(status -> assertThat(status).matches("4\\d\\d .*"));
        assertThat(answer(run(sandbox, Duration.ofSeconds(10), List.of())).asString())
                .isEqualTo("done");
    }

    @Test
    void pipelinedRequestsAreAnsweredInTurn() throws Exception {
        Sandbox sandbox = shared(Behaviour.RUNTIME_API);
        InvocationResult result = run(
                sandbox,
                Duration.ofSeconds(10),
                List.of(send(ANSWER + "Content-Length: 1\r\n\r\n1" + ANSWER + "Content-Length: 1\r\n\r\n2" + "GET "
                        + BASE + "nonsense HTTP/1.1\r\n\r\n")));
        assertThat(answer(result).asInt()).isEqualTo(1);
        assertThat(answer(run(sandbox, Duration.ofSeconds(10), List.of())).asString())
                .isEqualTo("done");
    }

    @Test
    void connectionsThatAreResetOrAbandonedHarmNobody() throws Exception {
        Sandbox sandbox = shared(Behaviour.RUNTIME_API);
        InvocationResult result = run(
                sandbox,
                Duration.ofSeconds(10),
                List.of(
                        Map.of("send", "", "leave", "reset", "times", 100),
                        Map.of("send", "GET " + BASE + "invocation/next HTT", "leave", "reset", "times", 100),
                        Map.of("send", ANSWER + "Content-Length: 100\r\n\r\nxx", "leave", "reset", "times", 100),
                        Map.of("send", ANSWER + "Content-Length: 100\r\n\r\nxx", "leave", "close", "times", 100)));
        assertThat(answer(result).asString()).isEqualTo("done");
        assertThat(answer(run(sandbox, Duration.ofSeconds(10), List.of())).asString())
                .isEqualTo("done");
    }

    @Test
    void aSlowBodyRunsIntoTheDeadlineAtWorst() throws Exception {
        assertOnlyItselfIsHarmed(Map.of("send", ANSWER + "Content-Length: 10\r\n\r\n123", "leave", "open"));
    }

    @Test
    void aSlowHeadRunsIntoTheDeadlineAtWorst() throws Exception {
        assertOnlyItselfIsHarmed(Map.of("send", "GET / HTTP/1.1\r\nx: y", "leave", "open"));
    }

    @Test
    void aFloodOfConnectionsRunsIntoTheDeadlineAtWorst() throws Exception {
        assertOnlyItselfIsHarmed(Map.of("send", "", "leave", "open", "times", 500));
    }

    @Test
    void aFloodOfAnswersThatNeverEndRunsIntoTheDeadlineAtWorst() throws Exception {
        assertOnlyItselfIsHarmed(Map.of(
                "send",
                ANSWER + "Content-Length: 6000000\r\n\r\n",
                "then",
                1_000_000,
                "leave",
                "open",
                "times",
                5,
                "patience",
                0.1));
    }

    private void assertOnlyItselfIsHarmed(Map<String, Object> attack) throws Exception {
        Sandbox victim = victim();
        Sandbox sandbox = start(Behaviour.RUNTIME_API);
        assertThat(run(sandbox, Duration.ofMillis(1500), List.of(attack)))
                .isInstanceOfAny(Success.class, TimedOut.class);
        assertUnharmed(victim);
    }

    @Test
    void anAnswerWithItsLastBreath() throws Exception {
        Sandbox sandbox = start(Behaviour.RUNTIME_API);
        InvocationResult result = sandbox.invoke(request(
                JSON.writeValueAsString(Map.of("requests", List.of(answer("\"last\"")), "die", true)),
                Duration.ofSeconds(10)));
        assertThat(answer(result).asString()).isEqualTo("last");
        assertThat(invoke(sandbox, "{\"requests\":[]}")).isInstanceOf(Crashed.class);
        assertThat(sandbox.isReusable()).isFalse();
        assertNextSandboxWorks();
    }
}
