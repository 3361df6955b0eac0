package dev.mayfly.registry.policies;

import dev.mayfly.contracts.function.InvocationRules;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One statement of a resource policy, which always allows. */
record Permission(
        String statementId,
        String action,
        String principal,
        @Nullable String sourceArn,
        @Nullable String sourceAccount,
        @Nullable String eventSourceToken,
        @Nullable String principalOrgId,
        @Nullable String functionUrlAuthType,
        @Nullable Boolean invokedViaFunctionUrl) {

    /** As it stands in the policy document. */
    Map<String, Object> statement(String resource) {
        var statement = new LinkedHashMap<String, Object>();
        statement.put("Sid", statementId);
        statement.put("Effect", "Allow");
        statement.put("Principal", namedPrincipal());
        statement.put("Action", action);
        statement.put("Resource", resource);
        var conditions = conditions();
        if (!conditions.isEmpty()) {
            statement.put("Condition", conditions);
        }
        return statement;
    }

    private Object namedPrincipal() {
        if (principal.equals("*")) {
            return principal;
        }
        if (principal.matches("\\d{12}")) {
            return Map.of("AWS", "arn:aws:iam::" + principal + ":root");
        }
        return Map.of(principal.startsWith("arn:") ? "AWS" : "Service", principal);
    }

    private Map<String, Object> conditions() {
        var equal = new LinkedHashMap<String, String>();
        putIfSet(equal, "AWS:SourceAccount", sourceAccount);
        putIfSet(equal, "lambda:EventSourceToken", eventSourceToken);
        putIfSet(equal, "aws:PrincipalOrgID", principalOrgId);
        putIfSet(equal, "lambda:FunctionUrlAuthType", functionUrlAuthType);
        var all = new LinkedHashMap<String, Object>();
        if (!equal.isEmpty()) {
            all.put("StringEquals", equal);
        }
        if (sourceArn != null) {
            all.put("ArnLike", Map.of("AWS:SourceArn", sourceArn));
        }
        if (invokedViaFunctionUrl != null) {
            all.put("Bool", Map.of("lambda:InvokedViaFunctionUrl", invokedViaFunctionUrl.toString()));
        }
        return all;
    }

    private static void putIfSet(Map<String, String> map, String key, @Nullable String value) {
        if (value != null) {
            map.put(key, value);
        }
    }

    InvocationRules.Grant grant(String qualifier) {
        return new InvocationRules.Grant(
                statementId,
                qualifier.isEmpty() ? null : qualifier,
                action,
                principal,
                sourceArn,
                sourceAccount,
                principalOrgId,
                functionUrlAuthType,
                invokedViaFunctionUrl);
    }
}
