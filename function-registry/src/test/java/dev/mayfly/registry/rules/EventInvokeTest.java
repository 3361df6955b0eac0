package dev.mayfly.registry.rules;

import static dev.mayfly.testing.Refusals.assertInvalid;
import static dev.mayfly.testing.Refusals.assertMissing;
import static dev.mayfly.testing.Refusals.assertViolation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.function.InvocationRules.Asynchronous;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.PutFunctionEventInvokeConfigRequest;
import software.amazon.awssdk.services.lambda.model.PutFunctionEventInvokeConfigResponse;

class EventInvokeTest extends RulesFixture {

    private PutFunctionEventInvokeConfigResponse put(Consumer<PutFunctionEventInvokeConfigRequest.Builder> more) {
        return lambda.putFunctionEventInvokeConfig(request -> {
            request.functionName(name);
            more.accept(request);
        });
    }

    @Test
    void lifeOfAConfiguration() {
        var put = put(request -> request.maximumRetryAttempts(1)
                .destinationConfig(config -> config.onFailure(failure -> failure.destination("kafka://dead"))));
        assertThat(put.functionArn()).isEqualTo(arn() + ":$LATEST");
        assertThat(put.lastModified()).isNotNull();
        var updated = lambda.updateFunctionEventInvokeConfig(request -> request.functionName(name)
                .maximumEventAgeInSeconds(60)
                .destinationConfig(config -> config.onSuccess(success -> success.destination("arn:aws:s3:::bucket"))));
        assertThat(updated.maximumRetryAttempts()).isEqualTo(1);
        assertThat(updated.destinationConfig().onFailure().destination()).isEqualTo("kafka://dead");
        assertThat(rules().asynchronous())
                .containsExactly(new Asynchronous("$LATEST", 60, 1, "arn:aws:s3:::bucket", "kafka://dead"));
        var got = lambda.getFunctionEventInvokeConfig(
                request -> request.functionName(name).qualifier("$LATEST"));
        assertThat(got.maximumEventAgeInSeconds()).isEqualTo(60);

        put(request -> request.maximumRetryAttempts(0));
        assertThat(rules().asynchronous()).containsExactly(new Asynchronous("$LATEST", null, 0, null, null));

        publish(1);
        alias("live", 1);
        put(request -> request.qualifier("live").maximumEventAgeInSeconds(21600));
        var first = lambda.listFunctionEventInvokeConfigs(
                request -> request.functionName(name).maxItems(1));
        assertThat(first.functionEventInvokeConfigs())
                .extracting(config -> config.functionArn())
                .containsExactly(arn() + ":$LATEST");
        assertThat(lambda.listFunctionEventInvokeConfigs(
                                request -> request.functionName(name).marker(first.nextMarker()))
                        .functionEventInvokeConfigs())
                .extracting(config -> config.functionArn())
                .containsExactly(arn() + ":live");

        lambda.deleteFunctionEventInvokeConfig(request -> request.functionName(name));
        assertMissing(
                () -> lambda.getFunctionEventInvokeConfig(request -> request.functionName(name)),
                "The function " + arn() + ":$LATEST doesn't have an EventInvokeConfig");
        assertMissing(
                () -> lambda.updateFunctionEventInvokeConfig(
                        request -> request.functionName(name).maximumRetryAttempts(1)),
                "doesn't have an EventInvokeConfig");
        assertThat(rules().asynchronous()).extracting(Asynchronous::qualifier).containsExactly("live");
        lambda.deleteAlias(request -> request.functionName(name).name("live"));
        assertThat(rules().asynchronous()).isEmpty();
    }

    @Test
    void whatCannotBeDoneIsRefused() {
        assertInvalid(() -> put(request -> {}), "at least one of error handling or destination setting");
        assertViolation(() -> put(request -> request.maximumRetryAttempts(3)), "'maximumRetryAttempts'");
        assertViolation(() -> put(request -> request.maximumEventAgeInSeconds(59)), "'maximumEventAgeInSeconds'");
        assertViolation(() -> onSuccess("nowhere"), "'destinationConfig.onSuccess.destination'");
        assertInvalid(() -> onSuccess("arn:aws:sqs:us-east-1:000000000000:queue"), "Mayfly delivers to functions");
        assertInvalid(() -> onSuccess(ARN + "nobody"), "Function not found");
        assertInvalid(() -> onSuccess(arn()), "destination for itself");
        assertInvalid(() -> onSuccess("arn:aws:lambda:us-east-1:111122223333:function:theirs"), "of the same account");
        assertMissing(() -> put(request -> request.qualifier("none").maximumRetryAttempts(1)), "Function not found");
        assertThat(rules().asynchronous()).isEmpty();
    }

    private void onSuccess(String destination) {
        put(request ->
                request.destinationConfig(config -> config.onSuccess(success -> success.destination(destination))));
    }
}
