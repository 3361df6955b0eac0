package dev.mayfly.registry.rules;

import static dev.mayfly.testing.Refusals.assertInvalid;
import static dev.mayfly.testing.Refusals.assertMissing;
import static dev.mayfly.testing.Refusals.assertRefused;
import static dev.mayfly.testing.Refusals.assertViolation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.function.InvocationRules.Provisioned;
import dev.mayfly.contracts.scaling.HostStatus;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.GetProvisionedConcurrencyConfigResponse;
import software.amazon.awssdk.services.lambda.model.ProvisionedConcurrencyStatusEnum;

class ConcurrencyTest extends RulesFixture {

    private Integer reserve(int executions) {
        return lambda.putFunctionConcurrency(
                        request -> request.functionName(name).reservedConcurrentExecutions(executions))
                .reservedConcurrentExecutions();
    }

    private void provision(String qualifier, int executions) {
        lambda.putProvisionedConcurrencyConfig(
                request -> request.functionName(name).qualifier(qualifier).provisionedConcurrentExecutions(executions));
    }

    private GetProvisionedConcurrencyConfigResponse provisioned(String qualifier) {
        return lambda.getProvisionedConcurrencyConfig(
                request -> request.functionName(name).qualifier(qualifier));
    }

    @Test
    void reservedConcurrencyComesOutOfTheAccounts() {
        int unreserved = lambda.getAccountSettings().accountLimit().unreservedConcurrentExecutions();
        assertThat(lambda.getFunctionConcurrency(request -> request.functionName(name))
                        .reservedConcurrentExecutions())
                .isNull();
        assertThat(reserve(unreserved - 100)).isEqualTo(unreserved - 100);
        assertThat(lambda.getAccountSettings().accountLimit().unreservedConcurrentExecutions())
                .isEqualTo(100);
        assertThat(rules().reservedConcurrency()).isEqualTo(unreserved - 100);
        assertInvalid(() -> reserve(unreserved - 99), "below its minimum value of [100]");
        assertThat(lambda.getFunctionConcurrency(request -> request.functionName(arn()))
                        .reservedConcurrentExecutions())
                .isEqualTo(unreserved - 100);
        assertThat(reserve(0)).isZero();
        assertThat(rules().reservedConcurrency()).isZero();
        lambda.deleteFunctionConcurrency(request -> request.functionName(name));
        assertThat(rules().reservedConcurrency()).isNull();

        assertViolation(() -> reserve(-1), "'reservedConcurrentExecutions'");
        assertInvalid(
                () -> lambda.putFunctionConcurrency(
                        request -> request.functionName(arn() + ":live").reservedConcurrentExecutions(1)),
                "permitted on Lambda functions only");
        assertMissing(
                () -> lambda.putFunctionConcurrency(
                        request -> request.functionName("nobody").reservedConcurrentExecutions(1)),
                "Function not found");
    }

    @Test
    void provisionedConcurrencyIsReadyWhenHostsHaveIt() {
        publish(1);
        alias("live", 1);
        var put = lambda.putProvisionedConcurrencyConfig(
                request -> request.functionName(name).qualifier("live").provisionedConcurrentExecutions(2));
        assertThat(put.status()).isEqualTo(ProvisionedConcurrencyStatusEnum.IN_PROGRESS);
        assertThat(put.requestedProvisionedConcurrentExecutions()).isEqualTo(2);
        assertThat(rules().provisioned()).containsExactly(new Provisioned("live", 2));

        report(new HostStatus.Sandboxes(ACCOUNT + ":" + name + ":1", 1, 0, 2, 2));
        await().untilAsserted(() -> assertThat(provisioned("live").availableProvisionedConcurrentExecutions())
                .isEqualTo(1));
        assertThat(provisioned("live").status()).isEqualTo(ProvisionedConcurrencyStatusEnum.IN_PROGRESS);
        assertThat(provisioned("live").allocatedProvisionedConcurrentExecutions())
                .isEqualTo(2);
        report(new HostStatus.Sandboxes(ACCOUNT + ":" + name + ":1", 9, 9));
        await().untilAsserted(() -> assertThat(provisioned("live").availableProvisionedConcurrentExecutions())
                .as("what nobody keeps")
                .isZero());
        report(new HostStatus.Sandboxes(ACCOUNT + ":" + name + ":1", 5, 2, 0, 2, 1, null));
        await().untilAsserted(() -> assertThat(provisioned("live").availableProvisionedConcurrentExecutions())
                .as("what was started for an invocation is not kept")
                .isEqualTo(1));
        report(new HostStatus.Sandboxes(ACCOUNT + ":" + name + ":1", 1, 2, 0, 2));
        await().untilAsserted(() ->
                assertThat(provisioned("live").status()).isEqualTo(ProvisionedConcurrencyStatusEnum.READY));
        assertThat(provisioned("live").availableProvisionedConcurrentExecutions())
                .isEqualTo(2);
        report();
        await().untilAsserted(() ->
                assertThat(provisioned("live").status()).isEqualTo(ProvisionedConcurrencyStatusEnum.IN_PROGRESS));
        report(new HostStatus.Sandboxes(ACCOUNT + ":" + name + ":1", 1, 0, 1, 2, "exit status 1"));
        await().untilAsserted(() ->
                assertThat(provisioned("live").status()).isEqualTo(ProvisionedConcurrencyStatusEnum.FAILED));
        assertThat(provisioned("live").statusReason()).isEqualTo("exit status 1");
        assertThat(provisioned("live").allocatedProvisionedConcurrentExecutions())
                .isEqualTo(2);
    }

    @Test
    void theWeightsOfAnAliasDivideWhatIsProvisioned() {
        publish(1);
        publish(2);
        lambda.createAlias(request -> request.functionName(name)
                .name("split")
                .functionVersion("1")
                .routingConfig(routing -> routing.additionalVersionWeights(Map.of("2", 0.25))));
        provision("split", 4);
        report(new HostStatus.Sandboxes(ACCOUNT + ":" + name + ":1", 4, 0, 0, 4));
        await().untilAsserted(() -> assertThat(provisioned("split").availableProvisionedConcurrentExecutions())
                .isEqualTo(3));
        report(
                new HostStatus.Sandboxes(ACCOUNT + ":" + name + ":1", 3, 0, 0, 3),
                new HostStatus.Sandboxes(ACCOUNT + ":" + name + ":2", 1, 0, 0, 1));
        await().untilAsserted(() ->
                assertThat(provisioned("split").status()).isEqualTo(ProvisionedConcurrencyStatusEnum.READY));
    }

    @Test
    void aVersionIsProvisionedOnce() {
        publish(1);
        publish(2);
        alias("live", 1);
        alias("other", 2);
        provision("live", 1);
        assertRefused(() -> provision("1", 1), 409, "ResourceConflictException", "Version is pointed by");
        provision("2", 3);
        assertRefused(() -> provision("other", 1), 409, "ResourceConflictException", "already Provisioned version");
        assertInvalid(() -> provision("$LATEST", 1), "cannot be applied to unpublished function versions");
        assertMissing(() -> provision("3", 1), "Function not found");
        assertViolation(() -> provision("2", 0), "greater than or equal to 1");
        assertInvalid(() -> provision("2", 900), "below its minimum value of [100]");
        assertInvalid(() -> reserve(3), "should not be lower than function's total provisioned concurrency [4]");
        reserve(5);
        assertInvalid(() -> provision("2", 5), "should not be greater than the reservedConcurrentExecution");

        var first = lambda.listProvisionedConcurrencyConfigs(
                request -> request.functionName(name).maxItems(1));
        assertThat(first.provisionedConcurrencyConfigs())
                .extracting(config -> config.functionArn())
                .containsExactly(arn() + ":2");
        var second = lambda.listProvisionedConcurrencyConfigs(
                request -> request.functionName(name).marker(first.nextMarker()));
        assertThat(second.provisionedConcurrencyConfigs())
                .extracting(config -> config.functionArn())
                .containsExactly(arn() + ":live");
        assertThat(second.nextMarker()).isNull();
        assertInvalid(
                () -> lambda.listProvisionedConcurrencyConfigs(
                        request -> request.functionName(name).marker("!!!")),
                "NextMarker");
        assertViolation(
                () -> lambda.listProvisionedConcurrencyConfigs(
                        request -> request.functionName(name).maxItems(51)),
                "'maxItems'");

        lambda.deleteProvisionedConcurrencyConfig(
                request -> request.functionName(name).qualifier("2"));
        assertRefused(
                () -> provisioned("2"),
                404,
                "ProvisionedConcurrencyConfigNotFoundException",
                "No Provisioned Concurrency Config found");
        assertThat(rules().provisioned()).containsExactly(new Provisioned("live", 1));
    }

    @Test
    void theAccountsSettingsCountWhatIsThere() {
        var before = lambda.getAccountSettings();
        assertThat(before.accountLimit().concurrentExecutions()).isEqualTo(1000);
        assertThat(before.accountLimit().codeSizeUnzipped()).isEqualTo(250L << 20);
        assertThat(before.accountLimit().totalCodeSize()).isEqualTo(75L << 30);
        long size = lambda.createFunction(node(name + "-2").build()).codeSize();
        var after = lambda.getAccountSettings();
        assertThat(after.accountUsage().functionCount())
                .isEqualTo(before.accountUsage().functionCount() + 1);
        assertThat(after.accountUsage().totalCodeSize())
                .isEqualTo(before.accountUsage().totalCodeSize() + size);
        lambda.deleteFunction(request -> request.functionName(name + "-2"));
    }
}
