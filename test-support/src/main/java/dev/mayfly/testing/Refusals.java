package dev.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import software.amazon.awssdk.services.lambda.model.LambdaException;

/** What a client of the Lambda API sees of errors: whoever asserts one needs its SDK and AssertJ. */
public final class Refusals {
    private Refusals() {}

    public static void assertRefused(ThrowingCallable call, int status, String errorType, String message) {
        assertThatThrownBy(call).isInstanceOfSatisfying(LambdaException.class, e -> {
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(errorType);
            assertThat(e.statusCode()).isEqualTo(status);
            assertThat(e.awsErrorDetails().errorMessage()).contains(message).doesNotContain("dev.mayfly");
        });
    }

    public static void assertInvalid(ThrowingCallable call, String message) {
        assertRefused(call, 400, "InvalidParameterValueException", message);
    }

    public static void assertViolation(ThrowingCallable call, String message) {
        assertRefused(call, 400, "ValidationException", message);
    }

    public static void assertMissing(ThrowingCallable call, String message) {
        assertRefused(call, 404, "ResourceNotFoundException", message);
    }

    public static void assertConflict(ThrowingCallable call, String message) {
        assertRefused(call, 409, "ResourceConflictException", message);
    }
}
