package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.lambda.LambdaClient;

/** What bare requests see of the ways to invoke that the SDK's synchronous client does not have. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiInvokeTest {
    private final String name = FunctionFixtures.uniqueName("ways");
    private LambdaClient lambda;

    @BeforeAll
    void deploy() {
        lambda = RunningSuite.get().lambda();
        FunctionFixtures.deploy(lambda, FunctionFixtures.nodeSource(name, "exports.handler = async () => 'streamed';"));
    }

    @AfterAll
    void close() {
        lambda.deleteFunction(request -> request.functionName(name));
        lambda.close();
    }

    @Test
    void invokeAsyncIsAnEvent() {
        assertThat(SignedRequests.send("POST", "/2014-11-13/functions/" + name + "/invoke-async/", "{}")
                        .statusCode())
                .isEqualTo(202);
        assertThat(SignedRequests.send("POST", "/2014-11-13/functions/nobody/invoke-async/", "{}")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void invokeWithResponseStreamAnswersInEvents() {
        var answer =
                SignedRequests.send("POST", "/2021-11-15/functions/" + name + "/response-streaming-invocations", "{}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("application/vnd.amazon.eventstream");
        assertThat(answer.body()).contains("PayloadChunk", "streamed", "InvokeComplete");
    }
}
