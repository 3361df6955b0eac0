package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.ResourceLock;

/** What is said about functions apart from their code, with the real aws cli. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ResourceLock("unreserved concurrency")
class ApiCliTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final RunningSuite suite = RunningSuite.get();
    private final String name = FunctionFixtures.uniqueName("cli-settings");

    @BeforeAll
    void deploy() {
        boolean installed = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "aws")));
        assumeTrue(installed, "the aws cli is not installed (pip install awscli)");
        try (var lambda = suite.lambda()) {
            FunctionFixtures.deploy(lambda, FunctionFixtures.nodeSource(name, "exports.handler = async () => 1;"));
        }
    }

    @AfterAll
    void delete() {
        try (var lambda = suite.lambda()) {
            lambda.deleteFunction(request -> request.functionName(name));
        }
    }

    private RunningSuite.Ran run(String operation, String... more) {
        List<String> command = new ArrayList<>(List.of("aws", "lambda", operation));
        if (!operation.equals("get-account-settings")) {
            command.addAll(List.of("--function-name", name));
        }
        command.addAll(List.of(more));
        return suite.client(LIMIT, command.toArray(String[]::new));
    }

    private String aws(String operation, String... more) {
        var ran = run(operation, more);
        assertThat(ran.exitCode()).as("%s%n%s", operation, ran.output()).isZero();
        return ran.output();
    }

    @Test
    void settingsOfAFunction() {
        String[] permission = {
            "--statement-id", "cli", "--action", "lambda:InvokeFunction", "--principal", "s3.amazonaws.com"
        };
        aws("add-permission", permission);
        assertThat(aws("get-policy", "--query", "Policy", "--output", "text")).contains("\"Sid\":\"cli\"");
        var again = run("add-permission", permission);
        assertThat(again.exitCode()).isNotZero();
        assertThat(again.output()).contains("ResourceConflictException");
        aws("remove-permission", "--statement-id", "cli");

        aws("put-function-concurrency", "--reserved-concurrent-executions", "3");
        assertThat(aws("get-function-concurrency")).contains("3");
        aws("delete-function-concurrency");
        assertThat(aws("get-account-settings")).contains("\"ConcurrentExecutions\": 1000");

        aws(
                "put-function-event-invoke-config",
                "--maximum-retry-attempts",
                "1",
                "--destination-config",
                "{\"OnFailure\":{\"Destination\":\"kafka://cli-failures\"}}");
        assertThat(aws("get-function-event-invoke-config")).contains("kafka://cli-failures");
        aws("delete-function-event-invoke-config");

        assertThat(aws("create-function-url-config", "--auth-type", "NONE"))
                .contains(".lambda-url.us-east-1.localhost");
        assertThat(aws("list-function-url-configs")).contains("\"AuthType\": \"NONE\"");
        aws("delete-function-url-config");
        assertThat(aws("get-function-code-signing-config")).contains(name);
        assertThat(aws("get-runtime-management-config")).contains("Auto");
        assertThat(run("get-function-scaling-config", "--qualifier", "1").output())
                .contains("InvalidParameterValueException")
                .contains("no capacity providers");
    }

    /** The ARN of a durable execution has slashes, which the cli sends encoded, and signs. */
    @Test
    void durableExecutionsAreRefusedByName() {
        String arn = "arn:aws:lambda:us-east-1:" + RunningSuite.ACCOUNT + ":function:" + name
                + ":1/durable-execution/order-1/a5d3c1f0-0000-4000-8000-000000000001";
        for (String operation : List.of("get-durable-execution", "stop-durable-execution")) {
            var ran = suite.client(LIMIT, "aws", "lambda", operation, "--durable-execution-arn", arn);
            assertThat(ran.exitCode()).isNotZero();
            assertThat(ran.output()).contains("ResourceNotFoundException", "Mayfly has no durable executions");
        }
        var state = suite.client(
                LIMIT,
                "aws",
                "lambda",
                "get-durable-execution-state",
                "--durable-execution-arn",
                arn,
                "--checkpoint-token",
                "bm9uZQ==");
        assertThat(state.output()).contains("InvalidParameterValueException", "Mayfly has no durable executions");
    }
}
