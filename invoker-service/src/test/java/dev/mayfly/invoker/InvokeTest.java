package dev.mayfly.invoker;

import static dev.mayfly.invoker.InvokerUnderTest.assertError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.traces.TraceHeader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Synchronous invocations, from the gateway's request to the host's answer. */
class InvokeTest {
    private static InvokerUnderTest invoker;

    @BeforeAll
    static void start() throws Exception {
        invoker = new InvokerUnderTest("--mayfly.invoker.queue.group=invoke-test");
        invoker.register("hello");
    }

    @AfterAll
    static void stop() {
        invoker.close();
    }

    private static String lineage(String function, int runs) {
        String text = TraceHeader.of(null)
                .entering(InvokerUnderTest.ACCOUNT, function)
                .text();
        return text.replaceFirst(".*Lineage=(.*):0", "$1:" + runs);
    }

    @Test
    void aFunctionThatInvokesItselfWithoutEndIsStopped() throws Exception {
        String others = "Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=0000000a:99|";
        var last = invoker.call("hello").header("X-Amzn-Trace-Id", others + lineage("hello", 14));
        assertThat(last.send().headers().firstValue("X-Amzn-Trace-Id")).hasValue(others + lineage("hello", 15));
        var next = invoker.call("hello").header("X-Amzn-Trace-Id", others + lineage("hello", 15));
        assertError(next.send(), 400, "RecursiveInvocationException", "has run it 16 times");
        assertThat(invoker.host.runs)
                .extracting(run -> run.order().requestId())
                .contains(last.requestId())
                .doesNotContain(next.requestId());
    }

    @Test
    void answersWithTheFunctionsAnswer() throws Exception {
        var call = invoker.call("hello").body("{\"a\":1}").header("X-Amz-Client-Context", "e30=");
        var response = call.send();
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"a\":1}");
        assertThat(response.headers().firstValue("X-Amz-Executed-Version")).hasValue("$LATEST");
        assertThat(response.headers().firstValue("Server-Timing").orElse("")).contains("handler;dur=");
        assertThat(response.headers().firstValue("X-Amz-Function-Error")).isEmpty();
        assertThat(response.headers().firstValue("X-Amzn-Trace-Id").orElse("")).startsWith("Root=1-");
        var run = invoker.host.runsOf("hello").stream()
                .filter(one -> one.order().requestId().equals(call.requestId()))
                .findFirst()
                .orElseThrow();
        assertThat(run.order().clientContext()).isEqualTo("e30=");
        assertThat(run.order().traceId()).endsWith(";Lineage=" + lineage("hello", 0));
        assertThat(run.order().attempt()).isEqualTo(1);
        assertThat(run.order().functionArn()).isEqualTo("arn:aws:lambda:us-east-1:000000000000:function:hello");
    }

    @Test
    void anEmptyBodyIsAnEmptyEvent() throws Exception {
        assertThat(invoker.call("hello").body("").send().body()).isEqualTo("{}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "null", "\"text\"", "[1,2]", " {\"deep\":[[[]]]} ", "\"\u00e9\u20ac\ud83d\ude00\""})
    void anyJsonValueIsAnEvent(String event) throws Exception {
        assertThat(invoker.call("hello").body(event).send().body()).isEqualTo(event);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "hello", "{} {}", "[1,]", "\"open", "{'a':1}", "\u0001", "   "})
    void whatIsNotJsonIsRefused(String event) throws Exception {
        for (String type : List.of("RequestResponse", "Event")) {
            assertError(
                    invoker.call("hello")
                            .header("X-Amz-Invocation-Type", type)
                            .body(event)
                            .send(),
                    400,
                    "InvalidRequestContentException",
                    "Could not parse request body into json: ");
        }
    }

    @Test
    void jsonNestedWithoutEndIsRefused() throws Exception {
        assertError(
                invoker.call("hello").body("[".repeat(1_000_000)).send(),
                400,
                "InvalidRequestContentException",
                "Could not parse request body into json: ");
    }

    @Test
    void sixMegabytesPassAndOneByteMoreDoesNot() throws Exception {
        byte[] largest = ("\"" + "x".repeat(6_291_456 - 2) + "\"").getBytes(StandardCharsets.UTF_8);
        assertThat(invoker.call("hello").body(largest).send().body()).hasSize(6_291_456);
        byte[] larger = ("\"" + "x".repeat(6_291_456 - 1) + "\"").getBytes(StandardCharsets.UTF_8);
        assertError(
                invoker.call("hello").body(larger).send(),
                413,
                "RequestTooLargeException",
                "Request must be smaller than 6291456 bytes for the InvokeFunction operation");
        assertError(
                invoker.call("hello")
                        .event()
                        .body(("\"" + "x".repeat(1_048_576) + "\""))
                        .send(),
                413,
                "RequestTooLargeException",
                "Request must be smaller than 1048576 bytes");
    }

    @Test
    void theBodyMustBeWhatWasSigned() throws Exception {
        byte[] body = "{\"n\":1}".getBytes(StandardCharsets.UTF_8);
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        assertThat(invoker.call("hello").body(body).signed(digest).send().statusCode())
                .isEqualTo(200);
        assertThat(invoker.call("hello")
                        .body(body)
                        .signed("UNSIGNED-PAYLOAD")
                        .send()
                        .statusCode())
                .isEqualTo(200);
        assertError(
                invoker.call("hello").body("{\"n\":2}").signed(digest).send(),
                403,
                "InvalidSignatureException",
                "The request signature we calculated does not match");
    }

    @Test
    void theTailOfTheLogComesWhenAskedFor() throws Exception {
        invoker.register("logs");
        String log = Base64.getEncoder().encodeToString("START".getBytes(StandardCharsets.UTF_8));
        invoker.host.when(
                "logs",
                (order, event, exchange) ->
                        StubHost.answer(exchange, StubHost.outcomeWithLog(order.tailLogs() ? log : null), event));
        assertThat(invoker.call("logs")
                        .header("X-Amz-Log-Type", "Tail")
                        .send()
                        .headers()
                        .firstValue("X-Amz-Log-Result"))
                .hasValue(log);
        assertThat(invoker.call("logs").send().headers().firstValue("X-Amz-Log-Result"))
                .isEmpty();
    }

    @Test
    void aDryRunRunsNothing() throws Exception {
        invoker.register("dry");
        var response =
                invoker.call("dry").header("X-Amz-Invocation-Type", "DryRun").send();
        assertThat(response.statusCode()).isEqualTo(204);
        assertThat(invoker.host.runsOf("dry")).isEmpty();
    }

    @Test
    void badParametersAreNamed() throws Exception {
        assertError(
                invoker.call("hello").header("X-Amz-Invocation-Type", "Later").send(),
                400,
                "ValidationException",
                "invocationType");
        assertError(
                invoker.call("hello").header("X-Amz-Log-Type", "All").send(), 400, "ValidationException", "logType");
        for (String context : List.of("not base64!", "bm90IGpzb24=", "W10=", "e30=e30=")) {
            assertError(
                    invoker.call("hello")
                            .header("X-Amz-Client-Context", context)
                            .send(),
                    400,
                    "InvalidRequestContentException",
                    "Client context");
        }
        for (String member : List.of("X-Amz-Tenant-Id", "X-Amz-Durable-Execution-Name")) {
            assertError(
                    invoker.call("hello").header(member, "one").send(),
                    400,
                    "InvalidParameterValueException",
                    "The invoked function is not");
        }
        assertError(
                invoker.call("hello")
                        .header("X-Amz-Client-Context", "e".repeat(3584))
                        .send(),
                400,
                "InvalidRequestContentException",
                "Client context");
        assertError(invoker.call("hel%20lo").send(), 400, "ValidationException", "functionName");
    }

    @Test
    void whatIsNotThereIsNotFound() throws Exception {
        assertError(
                invoker.call("nobody").send(),
                404,
                "ResourceNotFoundException",
                "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody");
        assertError(
                invoker.call("arn:aws:lambda:eu-west-1:000000000000:function:hello")
                        .send(),
                404,
                "ResourceNotFoundException",
                "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')");
        assertError(invoker.new Call("/2015-03-31/functions/hello/other").send(), 404, "UnknownOperationException", "");
        assertError(invoker.call("hello").method("PUT").send(), 405, "MethodNotAllowedException", "");
    }

    @Test
    void aFunctionCreatedAnInstantAgoCanBeInvokedAndADeletedOneCannot() throws Exception {
        assertThat(invoker.call("young").send().statusCode()).isEqualTo(404);
        invoker.register("young");
        assertThat(invoker.call("young").send().statusCode()).isEqualTo(200);
        invoker.publish(invoker.function("young", "Active"));
        invoker.unregister("young");
        await().until(() -> invoker.call("young").send().statusCode() == 200);
        invoker.publisher
                .publishTombstone(
                        Topics.FUNCTION_VERSIONS, FunctionVersion.key(InvokerUnderTest.ACCOUNT, "young", "$LATEST"))
                .join();
        await().until(() -> invoker.call("young").send().statusCode() == 404);
    }

    @Test
    void aFunctionThatIsNotActiveIsAConflict() throws Exception {
        invoker.register(invoker.function("pending", "Pending"));
        assertError(
                invoker.call("pending").send(),
                409,
                "ResourceConflictException",
                "The function is currently in the following state: Pending");
    }

    @Test
    void aFunctionWeakerThanItsAccountsMinimumIsAConflictUntilThatIsLowered() throws Exception {
        String account = "333333333333";
        invoker.register(account, "weak");
        assertThat(invoker.call("weak").account(account).send().statusCode()).isEqualTo(200);
        invoker.minimum(account, Isolation.CONTAINER);
        invoker.minimum(account, Isolation.GVISOR);
        await().until(() -> invoker.call("weak").account(account).send().statusCode() == 409);
        int runs = invoker.host.runsOf("weak").size();
        assertError(
                invoker.call("weak").account(account).send(),
                409,
                "ResourceConflictException",
                "deployed with isolation container, and the minimum of account 333333333333 is gvisor");
        assertThat(invoker.call("weak").account(account).event().send().statusCode())
                .isEqualTo(409);
        assertThat(invoker.host.runsOf("weak")).hasSize(runs);
        assertThat(invoker.call("hello").send().statusCode()).isEqualTo(200);
        invoker.minimum(account, null);
        await().until(() -> invoker.call("weak").account(account).send().statusCode() == 200);
    }

    @Test
    void rolesAndAccountsAreChecked() throws Exception {
        assertThat(invoker.call("hello").role(Role.INVOKER).send().statusCode()).isEqualTo(200);
        assertError(
                invoker.call("hello").role(Role.AUDITOR).send(), 403, "AccessDeniedException", "lambda:InvokeFunction");
        assertError(
                invoker.call("111111111111:function:hello").send(),
                403,
                "AccessDeniedException",
                "no resource-based policy allows");
    }

    @Test
    void aRequestPastTheGatewayIsRefused() throws Exception {
        var request = HttpRequest.newBuilder(invoker.at("/2015-03-31/functions/hello/invocations"))
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build();
        try (var http = HttpClient.newHttpClient()) {
            assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(403);
        }
    }
}
