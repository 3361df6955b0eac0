package dev.mayfly.acceptance;

import static dev.mayfly.testing.Refusals.assertConflict;
import static dev.mayfly.testing.Refusals.assertInvalid;
import static dev.mayfly.testing.Refusals.assertMissing;
import static dev.mayfly.testing.Refusals.assertRefused;
import static dev.mayfly.testing.Refusals.assertViolation;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.AddPermissionRequest;
import tools.jackson.databind.json.JsonMapper;

/** AddPermission, GetPolicy and RemovePermission with the AWS SDK. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiPermissionsTest {
    private final String name = FunctionFixtures.uniqueName("policy");
    private LambdaClient lambda;

    @BeforeAll
    void deploy() {
        lambda = RunningSuite.get().lambda();
        FunctionFixtures.deploy(lambda, FunctionFixtures.nodeSource(name, "exports.handler = async () => 1;"));
    }

    @AfterAll
    void close() {
        lambda.deleteFunction(request -> request.functionName(name));
        lambda.close();
    }

    private AddPermissionRequest.Builder permission(String id) {
        return AddPermissionRequest.builder()
                .functionName(name)
                .statementId(id)
                .action("lambda:InvokeFunction")
                .principal("s3.amazonaws.com");
    }

    @Test
    void aStatementIsAddedReadAndRemoved() {
        lambda.addPermission(permission("life")
                .sourceArn("arn:aws:s3:::photos")
                .sourceAccount(RunningSuite.ACCOUNT)
                .build());
        var got = lambda.getPolicy(request -> request.functionName(name));
        var policy = JsonMapper.shared().readTree(got.policy());
        assertThat(policy.get("Version").asString()).isEqualTo("2012-10-17");
        var statement = policy.get("Statement")
                .valueStream()
                .filter(one -> one.get("Sid").asString().equals("life"))
                .findFirst()
                .orElseThrow();
        assertThat(statement.at("/Principal/Service").asString()).isEqualTo("s3.amazonaws.com");
        assertThat(statement.at("/Condition/ArnLike/AWS:SourceArn").asString()).isEqualTo("arn:aws:s3:::photos");
        lambda.removePermission(
                request -> request.functionName(name).statementId("life").revisionId(got.revisionId()));
        assertMissing(
                () -> lambda.removePermission(
                        request -> request.functionName(name).statementId("life")),
                "Statement life is not found");
    }

    @Test
    void whatCannotBeAllowedIsRefused() {
        lambda.addPermission(permission("twice").build());
        assertConflict(() -> lambda.addPermission(permission("twice").build()), "already exists");
        assertRefused(
                () -> lambda.addPermission(
                        permission("old").revisionId("no-longer").build()),
                412,
                "PreconditionFailedException",
                "latest Revision Id");
        assertViolation(() -> lambda.addPermission(permission("a b").build()), "statementId");
        assertViolation(
                () -> lambda.addPermission(permission("x").action("ec2:Run").build()), "action");
        assertInvalid(
                () -> lambda.addPermission(permission("x").principal("somebody").build()), "principal");
        assertInvalid(
                () -> lambda.addPermission(permission("x").qualifier("$LATEST").build()), "$LATEST");
        assertMissing(() -> lambda.addPermission(permission("x").qualifier("7").build()), "Function not found");
        assertMissing(() -> lambda.getPolicy(request -> request.functionName("nobody")), "Function not found");
        assertRefused(
                () -> lambda.getPolicy(
                        request -> request.functionName("arn:aws:lambda:us-east-1:111122223333:function:theirs")),
                403,
                "AccessDeniedException",
                "another account");
        for (String identity : List.of(
                "iam::111122223333:user/somebody",
                "iam::111122223333:role/any",
                "sts::111122223333:assumed-role/any/session")) {
            assertInvalid(
                    () -> lambda.addPermission(
                            permission("x").principal("arn:aws:" + identity).build()),
                    "no IAM users and roles");
        }
        String longest = "arn:aws:s3:::" + "b".repeat(2035);
        assertViolation(
                () -> lambda.addPermission(
                        permission("x").sourceArn(longest + "b").build()),
                "sourceArn");
        for (int i = 0; i < 8; i++) {
            lambda.addPermission(
                    permission("long" + i + "-".repeat(90)).sourceArn(longest).build());
        }
        assertRefused(
                () -> lambda.addPermission(
                        permission("long8" + "-".repeat(90)).sourceArn(longest).build()),
                400,
                "PolicyLengthExceededException",
                "20480");
    }
}
