package dev.mayfly.registry.rules;

import static dev.mayfly.testing.Refusals.assertInvalid;
import static dev.mayfly.testing.Refusals.assertMissing;
import static dev.mayfly.testing.Refusals.assertRefused;
import static dev.mayfly.testing.Refusals.assertViolation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.function.InvocationRules.Grant;
import dev.mayfly.contracts.identity.Role;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import software.amazon.awssdk.services.lambda.model.AddPermissionRequest;
import software.amazon.awssdk.services.lambda.model.FunctionUrlAuthType;

class PermissionsTest extends RulesFixture {
    @Autowired
    private JdbcClient database;

    private String add(Consumer<AddPermissionRequest.Builder> more) {
        return lambda.addPermission(request -> {
                    request.functionName(name)
                            .statementId("one")
                            .action("lambda:InvokeFunction")
                            .principal("s3.amazonaws.com");
                    more.accept(request);
                })
                .statement();
    }

    @Test
    void aPolicyIsWrittenAsOnAws() {
        String statement =
                add(request -> request.sourceArn("arn:aws:s3:::photos").sourceAccount("111122223333"));
        assertThat(statement)
                .isEqualTo("{\"Sid\":\"one\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"s3.amazonaws.com\"},"
                        + "\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"" + arn() + "\",\"Condition\":"
                        + "{\"StringEquals\":{\"AWS:SourceAccount\":\"111122223333\"},"
                        + "\"ArnLike\":{\"AWS:SourceArn\":\"arn:aws:s3:::photos\"}}}");
        add(request -> request.statementId("two").principal("111122223333"));
        add(request -> request.statementId("three")
                .principal("*")
                .action("lambda:InvokeFunctionUrl")
                .functionUrlAuthType(FunctionUrlAuthType.NONE));
        var got = lambda.getPolicy(request -> request.functionName(arn()));
        assertThat(got.policy())
                .isEqualTo("{\"Version\":\"2012-10-17\",\"Id\":\"default\",\"Statement\":[" + statement
                        + ",{\"Sid\":\"two\",\"Effect\":\"Allow\",\"Principal\":"
                        + "{\"AWS\":\"arn:aws:iam::111122223333:root\"},\"Action\":\"lambda:InvokeFunction\","
                        + "\"Resource\":\"" + arn() + "\"},{\"Sid\":\"three\",\"Effect\":\"Allow\",\"Principal\":\"*\","
                        + "\"Action\":\"lambda:InvokeFunctionUrl\",\"Resource\":\"" + arn() + "\",\"Condition\":"
                        + "{\"StringEquals\":{\"lambda:FunctionUrlAuthType\":\"NONE\"}}}]}");
        assertThat(rules().grants())
                .containsExactly(
                        new Grant(
                                "one",
                                null,
                                "lambda:InvokeFunction",
                                "s3.amazonaws.com",
                                "arn:aws:s3:::photos",
                                "111122223333",
                                null,
                                null,
                                null),
                        new Grant("two", null, "lambda:InvokeFunction", "111122223333", null, null, null, null, null),
                        new Grant("three", null, "lambda:InvokeFunctionUrl", "*", null, null, null, "NONE", null));

        lambda.removePermission(
                request -> request.functionName(name).statementId("two").revisionId(got.revisionId()));
        assertRefused(
                () -> lambda.removePermission(
                        request -> request.functionName(name).statementId("one").revisionId(got.revisionId())),
                412,
                "PreconditionFailedException",
                "latest Revision Id");
        lambda.removePermission(request -> request.functionName(name).statementId("one"));
        lambda.removePermission(request -> request.functionName(name).statementId("three"));
        assertMissing(() -> lambda.getPolicy(request -> request.functionName(name)), "does not exist");
        assertMissing(
                () -> lambda.removePermission(
                        request -> request.functionName(name).statementId("one")),
                "Statement one is not found in resource policy.");
        assertThat(rules().grants()).isEmpty();
    }

    @Test
    void qualifiersHavePoliciesOfTheirOwn() {
        publish(1);
        alias("live", 1);
        assertThat(add(request -> request.qualifier("live"))).contains("\"Resource\":\"" + arn() + ":live\"");
        add(request -> request.functionName(arn() + ":1"));
        assertMissing(() -> lambda.getPolicy(request -> request.functionName(name)), "does not exist");
        assertThat(lambda.getPolicy(request -> request.functionName(name).qualifier("1"))
                        .policy())
                .contains(arn() + ":1");
        assertThat(rules().grants()).extracting(Grant::qualifier).containsExactly("live", "1");
        assertInvalid(() -> add(request -> request.qualifier("$LATEST")), "adding policies for $LATEST");
        assertMissing(() -> add(request -> request.qualifier("none")), "Function not found: " + arn() + ":none");
    }

    @Test
    void whatIsNoPermissionIsRefused() {
        add(request -> {});
        assertRefused(
                () -> add(request -> {}),
                409,
                "ResourceConflictException",
                "statement id (one) provided already exists");
        assertViolation(() -> add(request -> request.statementId("a b")), "'statementId'");
        assertViolation(() -> add(request -> request.statementId("a".repeat(101))), "less than or equal to 100");
        assertViolation(() -> add(request -> request.action("s3:GetObject")), "'action'");
        assertViolation(() -> add(request -> request.sourceArn("nowhere")), "'sourceArn'");
        assertViolation(() -> add(request -> request.sourceAccount("12")), "'sourceAccount'");
        assertViolation(() -> add(request -> request.principalOrgID("x-abcdefghijkl")), "'principalOrgID'");
        assertViolation(() -> add(request -> request.functionUrlAuthType("SOME")), "enum value set");
        assertInvalid(
                () -> add(request -> request.statementId("x").principal("nobody")),
                "The provided principal was invalid");
        for (String identity : List.of(
                "iam::111122223333:user/somebody",
                "iam::111122223333:role/path/any",
                "sts::111122223333:assumed-role/any/session",
                "sts::111122223333:federated-user/any",
                "sts::111122223333:root")) {
            assertInvalid(
                    () -> add(request -> request.statementId("x").principal("arn:aws:" + identity)),
                    "The provided principal was invalid. Please check the principal and try again. Mayfly has accounts");
        }
        assertInvalid(() -> add(request -> request.statementId("x").action("lambda:Fly")), "no operation");
        assertInvalid(
                () -> add(request -> request.statementId("x").functionUrlAuthType(FunctionUrlAuthType.NONE)),
                "only supported for lambda:InvokeFunctionUrl");
        assertRefused(
                () -> add(request -> request.statementId("x").revisionId("00000000-0000-0000-0000-000000000000")),
                412,
                "PreconditionFailedException",
                "latest Revision Id");
        try (var auditor = lambda(ACCOUNT, Role.AUDITOR)) {
            assertThat(auditor.getPolicy(request -> request.functionName(name)).policy())
                    .contains("one");
            assertRefused(
                    () -> auditor.removePermission(
                            request -> request.functionName(name).statementId("one")),
                    403,
                    "AccessDeniedException",
                    "auditor");
        }
    }

    @Test
    void aPolicyHasAnEnd() {
        String arn = "arn:aws:s3:::" + "b".repeat(2035);
        assertViolation(() -> add(request -> request.sourceArn(arn + "b")), "'sourceArn'");
        assertViolation(
                () -> add(request -> request.principal("a".repeat(2048) + ".amazonaws.com")),
                "less than or equal to 2048");
        for (int i = 0; i < 8; i++) {
            String statement = "s" + i;
            add(request -> request.statementId(statement).sourceArn(arn));
        }
        assertRefused(
                () -> add(request -> request.sourceArn(arn)),
                400,
                "PolicyLengthExceededException",
                "bigger than the limit (20480)");
    }

    @Test
    void allThatIsSaidAboutOneFunctionFitsIntoOneRecord() {
        publish(1);
        alias("full", 1);
        alias("live", 1);
        database.sql("""
                        insert into function_grants (function_id, qualifier, statement_id, action, principal, source_arn)
                        select id, 'full', 's' || number, 'lambda:InvokeFunction', 's3.amazonaws.com',
                            'arn:aws:s3:::' || repeat('b', 2000)
                        from functions, generate_series(1, 250) number where name = :name""").param("name", name).update();
        assertRefused(
                () -> add(request -> request.qualifier("live")),
                400,
                "PolicyLengthExceededException",
                "more than the limit (524288)");
        assertInvalid(() -> alias("more", 1), "more than the limit");
        assertInvalid(
                () -> lambda.putFunctionEventInvokeConfig(
                        request -> request.functionName(name).maximumRetryAttempts(1)),
                "more than the limit");
        assertMissing(
                () -> lambda.getAlias(request -> request.functionName(name).name("more")), "Cannot find alias");

        lambda.removePermission(
                request -> request.functionName(name).qualifier("full").statementId("s1"));
        assertThat(rules().grants()).hasSize(249);
        lambda.deleteAlias(request -> request.functionName(name).name("full"));
        add(request -> request.qualifier("live"));
        assertThat(rules().grants()).extracting(Grant::qualifier).containsExactly("live");
    }
}
