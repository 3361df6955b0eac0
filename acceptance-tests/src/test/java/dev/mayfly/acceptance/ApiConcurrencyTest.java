package dev.mayfly.acceptance;

import static dev.mayfly.acceptance.Refusals.assertConflict;
import static dev.mayfly.acceptance.Refusals.assertInvalid;
import static dev.mayfly.acceptance.Refusals.assertMissing;
import static dev.mayfly.acceptance.Refusals.assertRefused;
import static dev.mayfly.acceptance.Refusals.assertViolation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.ProvisionedConcurrencyStatusEnum;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/** Reserved and provisioned concurrency, and the account's settings, with the AWS SDK. */
class ApiConcurrencyTest {
    private final LambdaClient lambda = RunningSuite.get().lambda();
    private final String name = FunctionFixtures.uniqueName("concurrency");

    @BeforeEach
    void deploy() {
        FunctionFixtures.deploy(lambda, FunctionFixtures.nodeSource(name, "exports.handler = async () => 1;"));
    }

    @AfterEach
    void close() {
        lambda.deleteFunction(request -> request.functionName(name));
        lambda.close();
    }

    private void reserve(int executions) {
        lambda.putFunctionConcurrency(request -> request.functionName(name).reservedConcurrentExecutions(executions));
    }

    private void provision(String qualifier, int executions) {
        lambda.putProvisionedConcurrencyConfig(
                request -> request.functionName(name).qualifier(qualifier).provisionedConcurrentExecutions(executions));
    }

    @Test
    void reservedConcurrencyOfZeroStopsAFunction() {
        int unreserved = lambda.getAccountSettings().accountLimit().unreservedConcurrentExecutions();
        reserve(0);
        assertThat(lambda.getFunctionConcurrency(request -> request.functionName(name))
                        .reservedConcurrentExecutions())
                .isZero();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> org.assertj.core.api.Assertions.assertThatThrownBy(
                                () -> lambda.invoke(request -> request.functionName(name)))
                        .isInstanceOfSatisfying(
                                TooManyRequestsException.class,
                                e -> assertThat(e.reasonAsString())
                                        .isEqualTo("ReservedFunctionConcurrentInvocationLimitExceeded")));
        lambda.deleteFunctionConcurrency(request -> request.functionName(name));
        await().atMost(Duration.ofSeconds(10))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(lambda.invoke(request -> request.functionName(name))
                                .payload()
                                .asUtf8String())
                        .isEqualTo("1"));

        reserve(7);
        assertThat(lambda.getAccountSettings().accountLimit().unreservedConcurrentExecutions())
                .isEqualTo(unreserved - 7);
        assertInvalid(() -> reserve(unreserved - 99), "UnreservedConcurrentExecution below its minimum value of [100]");
        assertViolation(() -> reserve(-1), "reservedConcurrentExecutions");
        assertMissing(
                () -> lambda.putFunctionConcurrency(
                        request -> request.functionName("nobody").reservedConcurrentExecutions(1)),
                "Function not found");
    }

    @Test
    void provisionedConcurrencyBecomesReady() {
        String version =
                lambda.publishVersion(request -> request.functionName(name)).version();
        lambda.createAlias(request -> request.functionName(name).name("live").functionVersion(version));
        provision("live", 1);
        assertConflict(() -> provision(version, 1), "Provisioned Concurrency alias");
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(lambda.getProvisionedConcurrencyConfig(
                                        request -> request.functionName(name).qualifier("live"))
                                .status())
                        .isEqualTo(ProvisionedConcurrencyStatusEnum.READY));
        var listed = lambda.listProvisionedConcurrencyConfigs(request -> request.functionName(name))
                .provisionedConcurrencyConfigs();
        assertThat(listed).hasSize(1);
        assertThat(listed.getFirst().functionArn()).endsWith(name + ":live");
        assertThat(listed.getFirst().availableProvisionedConcurrentExecutions()).isEqualTo(1);
        reserve(2);
        assertInvalid(() -> provision("live", 3), "should not be greater than the reservedConcurrentExecution");
        assertInvalid(() -> reserve(0), "should not be lower than");
        lambda.deleteProvisionedConcurrencyConfig(
                request -> request.functionName(name).qualifier("live"));
        assertRefused(
                () -> lambda.getProvisionedConcurrencyConfig(
                        request -> request.functionName(name).qualifier("live")),
                404,
                "ProvisionedConcurrencyConfigNotFoundException",
                "No Provisioned Concurrency Config");
        assertInvalid(() -> provision("$LATEST", 1), "unpublished function versions");
        assertViolation(() -> provision("live", 0), "provisionedConcurrentExecutions");
    }

    @Test
    void theAccountsSettingsTellLimitsAndUse() {
        var settings = lambda.getAccountSettings();
        assertThat(settings.accountLimit().concurrentExecutions()).isEqualTo(1000);
        assertThat(settings.accountLimit().totalCodeSize()).isEqualTo(75L << 30);
        assertThat(settings.accountUsage().functionCount()).isPositive();
        assertThat(settings.accountUsage().totalCodeSize()).isPositive();
    }
}
