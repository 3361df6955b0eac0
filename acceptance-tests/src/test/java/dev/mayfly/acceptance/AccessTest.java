package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import tools.jackson.databind.json.JsonMapper;

/** Who may do what, and what those see who may not. */
class AccessTest {
    private final RunningSuite suite = RunningSuite.get();

    @Test
    void callersLearnWhoTheyAre() {
        try (var sts = suite.sts()) {
            assertThat(sts.getCallerIdentity().account()).isEqualTo(RunningSuite.ACCOUNT);
        }
    }

    @Test
    void wrongSecretsAreRefusedInTheProtocolsShape() {
        try (var lambda = suite.lambda(suite.accessKeyId(), "wrong");
                var s3 = suite.s3(suite.accessKeyId(), "wrong");
                var unknown = suite.s3("AKIAIOSFODNN7EXAMPLE", "wrong")) {
            assertErrorCode(lambda::listFunctions, "InvalidSignatureException");
            assertErrorCode(s3::listBuckets, "SignatureDoesNotMatch");
            assertErrorCode(unknown::listBuckets, "InvalidAccessKeyId");
        }
    }

    private static void assertErrorCode(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String code) {
        assertThatThrownBy(call).isInstanceOfSatisfying(AwsServiceException.class, e -> {
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
            assertThat(e.statusCode()).isEqualTo(403);
        });
    }

    @Test
    void rolesLimitKeys() {
        var created = suite.send(HttpRequest.newBuilder(suite.endpoint().resolve("/v1/access-keys"))
                .header("Authorization", "Bearer " + suite.accessKeyId() + "." + suite.secretAccessKey())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"role\":\"auditor\"}"))
                .build());
        assertThat(created.statusCode()).isEqualTo(201);
        var key = JsonMapper.shared().readTree(created.body());
        String id = key.get("accessKeyId").asString();
        String secret = key.get("secretAccessKey").asString();
        try (var lambda = suite.lambda(id, secret);
                var s3 = suite.s3(id, secret)) {
            assertThat(lambda.listFunctions().functions()).isNotNull();
            assertErrorCode(
                    () -> lambda.createFunction(
                            FunctionFixtures.nodeSource("never", "1").build()),
                    "AccessDeniedException");
            assertErrorCode(() -> lambda.invoke(request -> request.functionName("any")), "AccessDeniedException");
            assertErrorCode(() -> s3.createBucket(request -> request.bucket("never-made")), "AccessDenied");
        }
    }

    @Test
    void servicesRefuseWhatTheGatewayDoesNotVouchFor() {
        for (int service = 1; service <= 8; service++) {
            var direct = URI.create("http://127.0.0.1:" + (suite.internalPortBase() + service) + "/v1/usage");
            var answer = suite.send(HttpRequest.newBuilder(direct)
                    .header("X-Mayfly-Voucher", "forged")
                    .build());
            assertThat(answer.statusCode()).as(direct.toString()).isEqualTo(403);
        }
    }

    @Test
    void vouchersFromOutsideAreThrownAway() {
        var answer = suite.send(HttpRequest.newBuilder(suite.endpoint().resolve("/v1/usage"))
                .header("X-Mayfly-Voucher", "forged")
                .build());
        assertThat(answer.statusCode()).isIn(401, 403);
        assertThat(answer.headers().firstValue("content-type").orElse("")).contains("application/problem+json");
    }
}
