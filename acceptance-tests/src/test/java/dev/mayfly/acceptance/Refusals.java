package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import software.amazon.awssdk.services.lambda.model.LambdaException;

/** What a client of the Lambda API sees of errors. */
final class Refusals {
    private Refusals() {}

    static void assertRefused(ThrowingCallable call, int status, String errorType, String message) {
        assertThatThrownBy(call).isInstanceOfSatisfying(LambdaException.class, e -> {
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(errorType);
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

    static void assertConflict(ThrowingCallable call, String message) {
        assertRefused(call, 409, "ResourceConflictException", message);
    }
}
