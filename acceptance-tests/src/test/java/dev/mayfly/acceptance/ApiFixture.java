package dev.mayfly.acceptance;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.lambda.LambdaClient;

/** A function that something is said about, with the AWS SDK. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ApiFixture {
    final String name = FunctionFixtures.uniqueName("said");
    LambdaClient lambda;
    String arn;

    @BeforeAll
    void deploy() {
        lambda = RunningSuite.get().lambda();
        arn = lambda.createFunction(FunctionFixtures.nodeSource(name, "exports.handler = async () => 1;")
                        .build())
                .functionArn();
    }

    @AfterAll
    void close() {
        lambda.deleteFunction(request -> request.functionName(name));
        lambda.close();
    }
}
