package dev.mayfly.registry.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import software.amazon.awssdk.services.lambda.model.LambdaException;

/** What a client sees of an error. */
final class Refusal {
    private Refusal() {}

    static void assertRefused(ThrowingCallable call, int status, String type, String message) {
        assertThatThrownBy(call).isInstanceOfSatisfying(LambdaException.class, e -> {
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(type);
            assertThat(e.statusCode()).isEqualTo(status);
            assertThat(e.awsErrorDetails().errorMessage()).contains(message).doesNotContain("dev.mayfly");
        });
    }

    static void assertInvalid(ThrowingCallable call, String message) {
        assertRefused(call, 400, "InvalidParameterValueException", message);
    }

    static void assertViolation(ThrowingCallable call, String message) {
        assertRefused(call, 400, "ValidationException", message);
    }

    static void assertMissing(ThrowingCallable call, String message) {
        assertRefused(call, 404, "ResourceNotFoundException", message);
    }
}
