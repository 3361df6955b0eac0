package dev.mayfly.registry.policies;

import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaOperation;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/** What AddPermission may say. */
final class PermissionChecks {
    static final Pattern STATEMENT_ID = Pattern.compile("([a-zA-Z0-9-_.]+)");
    private static final Pattern NEW_STATEMENT_ID = Pattern.compile("([a-zA-Z0-9-_]+)");
    private static final Pattern ACTION = Pattern.compile("(lambda:[*]|lambda:[a-zA-Z]+|[*])");
    private static final Pattern PRINCIPAL = Pattern.compile("[^\\s]+");
    private static final Pattern KNOWN_PRINCIPAL =
            Pattern.compile("\\*|\\d{12}|[a-z0-9-]+(\\.[a-z0-9-]+)*\\.(amazonaws\\.com(\\.cn)?|amazon\\.com)"
                    + "|arn:aws[a-z-]*:iam::\\d{12}:root");
    private static final Pattern IDENTITY = Pattern.compile("arn:aws[a-zA-Z-]*:(iam|sts)::\\d{12}:.*");
    private static final Pattern SOURCE_ARN = Pattern.compile(
            "arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:([^\\p{Cntrl}]*)");
    private static final Pattern SOURCE_ACCOUNT = Pattern.compile("\\d{12}");
    private static final Pattern EVENT_SOURCE_TOKEN = Pattern.compile("[a-zA-Z0-9._\\-]+");
    private static final Pattern ORGANISATION = Pattern.compile("o-[a-z0-9]{10,32}");
    /** As IAM limits ARNs. */
    private static final int LONGEST_ARN = 2048;

    private static final String NO_IDENTITIES =
            " Mayfly has accounts, but no IAM users and roles that a policy could name:"
                    + " name the account, by its id or as arn:aws:iam::ACCOUNT:root.";
    private static final String INVOKE = "lambda:InvokeFunction";
    private static final String INVOKE_URL = "lambda:InvokeFunctionUrl";

    private PermissionChecks() {}

    static Permission permission(PermissionRequest request) {
        new Constraints()
                .required("statementId", request.statementId())
                .length("statementId", request.statementId(), 1, 100)
                .pattern("statementId", request.statementId(), NEW_STATEMENT_ID)
                .required("action", request.action())
                .pattern("action", request.action(), ACTION)
                .required("principal", request.principal())
                .length("principal", request.principal(), 1, LONGEST_ARN)
                .pattern("principal", request.principal(), PRINCIPAL)
                .length("sourceArn", request.sourceArn(), 1, LONGEST_ARN)
                .pattern("sourceArn", request.sourceArn(), SOURCE_ARN)
                .length("sourceAccount", request.sourceAccount(), 0, 12)
                .pattern("sourceAccount", request.sourceAccount(), SOURCE_ACCOUNT)
                .length("eventSourceToken", request.eventSourceToken(), 0, 256)
                .pattern("eventSourceToken", request.eventSourceToken(), EVENT_SOURCE_TOKEN)
                .length("principalOrgID", request.principalOrgId(), 12, 34)
                .pattern("principalOrgID", request.principalOrgId(), ORGANISATION)
                .oneOf("functionUrlAuthType", request.functionUrlAuthType(), List.of("NONE", "AWS_IAM"))
                .check();
        var permission = new Permission(
                Objects.requireNonNull(request.statementId()),
                Objects.requireNonNull(request.action()),
                Objects.requireNonNull(request.principal()),
                request.sourceArn(),
                request.sourceAccount(),
                request.eventSourceToken(),
                request.principalOrgId(),
                request.functionUrlAuthType(),
                request.invokedViaFunctionUrl());
        checkMeaning(permission);
        return permission;
    }

    private static void checkMeaning(Permission permission) {
        if (!isKnown(permission.action())) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "The action " + permission.action() + " is no operation of the Lambda API.");
        }
        if (!KNOWN_PRINCIPAL.matcher(permission.principal()).matches()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "The provided principal was invalid. Please check the principal and try again."
                            + (IDENTITY.matcher(permission.principal()).matches() ? NO_IDENTITIES : ""));
        }
        if (permission.functionUrlAuthType() != null && !permission.action().equals(INVOKE_URL)) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "FunctionUrlAuthType is only supported for " + INVOKE_URL + " action");
        }
        if (permission.invokedViaFunctionUrl() != null && !permission.action().equals(INVOKE)) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "InvokedViaFunctionUrl is only supported for " + INVOKE + " action");
        }
        if (permission.principalOrgId() != null && !permission.principal().equals("*")) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "PrincipalOrgID is only supported when the principal is '*'");
        }
    }

    private static boolean isKnown(String action) {
        if (action.equals("*") || action.equals("lambda:*") || action.equals(INVOKE) || action.equals(INVOKE_URL)) {
            return true;
        }
        String operation = action.substring("lambda:".length());
        return Arrays.stream(LambdaOperation.values())
                .anyMatch(known -> known.operation().equals(operation));
    }
}
