package dev.mayfly.acceptance;

import static dev.mayfly.testing.Refusals.assertInvalid;
import static dev.mayfly.testing.Refusals.assertMissing;
import static dev.mayfly.testing.Refusals.assertViolation;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Put-, Update-, Get-, Delete- and ListFunctionEventInvokeConfig(s) with the AWS SDK. */
class ApiEventInvokeConfigTest extends ApiFixture {
    @Test
    void lifeOfAConfiguration() {
        var put = lambda.putFunctionEventInvokeConfig(request -> request.functionName(arn)
                .maximumRetryAttempts(0)
                .destinationConfig(config -> config.onFailure(to -> to.destination("kafka://failures"))));
        assertThat(put.functionArn()).isEqualTo(arn + ":$LATEST");
        lambda.updateFunctionEventInvokeConfig(
                request -> request.functionName(name).maximumEventAgeInSeconds(3600));
        var got = lambda.getFunctionEventInvokeConfig(request -> request.functionName(name));
        assertThat(got.maximumRetryAttempts()).isZero();
        assertThat(got.maximumEventAgeInSeconds()).isEqualTo(3600);
        assertThat(got.destinationConfig().onFailure().destination()).isEqualTo("kafka://failures");
        assertThat(got.lastModified()).isAfterOrEqualTo(put.lastModified());
        assertThat(lambda.listFunctionEventInvokeConfigsPaginator(request -> request.functionName(name))
                        .functionEventInvokeConfigs())
                .hasSize(1);
        lambda.deleteFunctionEventInvokeConfig(request -> request.functionName(name));
        assertMissing(
                () -> lambda.getFunctionEventInvokeConfig(request -> request.functionName(name)),
                "doesn't have an EventInvokeConfig");
        assertMissing(
                () -> lambda.deleteFunctionEventInvokeConfig(request -> request.functionName(name)),
                "doesn't have an EventInvokeConfig");
        assertMissing(
                () -> lambda.updateFunctionEventInvokeConfig(
                        request -> request.functionName(name).maximumRetryAttempts(1)),
                "doesn't have an EventInvokeConfig");
    }

    @Test
    void whatCannotBeDoneIsRefused() {
        assertViolation(
                () -> lambda.putFunctionEventInvokeConfig(
                        request -> request.functionName(name).maximumRetryAttempts(3)),
                "maximumRetryAttempts");
        assertViolation(
                () -> lambda.putFunctionEventInvokeConfig(
                        request -> request.functionName(name).maximumEventAgeInSeconds(21_601)),
                "maximumEventAgeInSeconds");
        assertInvalid(() -> lambda.putFunctionEventInvokeConfig(request -> request.functionName(name)), "at least one");
        assertInvalid(() -> onSuccess(arn), "destination for itself");
        assertInvalid(() -> onSuccess("arn:aws:sqs:us-east-1:000000000000:queue"), "Mayfly delivers to");
        assertInvalid(() -> onSuccess(arn + "-nobody"), "Function not found");
        assertViolation(() -> onSuccess("somewhere"), "destination");
    }

    private void onSuccess(String destination) {
        lambda.putFunctionEventInvokeConfig(request -> request.functionName(name)
                .destinationConfig(config -> config.onSuccess(to -> to.destination(destination))));
    }
}
