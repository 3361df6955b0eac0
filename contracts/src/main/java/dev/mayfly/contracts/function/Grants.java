package dev.mayfly.contracts.function;

import dev.mayfly.contracts.function.InvocationRules.Grant;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a function's resource policy allows to others than its own account. A condition that the request has nothing to
 * compare with is not met, as in IAM: a grant with a source ARN is for a service's events and never for a direct call.
 */
public final class Grants {
    /** The action of those who invoke. */
    public static final String INVOKE = "lambda:InvokeFunction";

    private Grants() {}

    /** Who asks. */
    public sealed interface Principal {
        /** A key of that account. */
        record Account(String accountId) implements Principal {}

        /**
         * A service on behalf of somebody's resource.
         *
         * @param name e.g. {@code s3.amazonaws.com}
         */
        record Service(
                String name,
                @Nullable String sourceArn,
                @Nullable String sourceAccount) implements Principal {
            /** S3, on behalf of the bucket {@code name} of the account {@code owner}. */
            public static Service bucket(String name, String owner) {
                return new Service("s3.amazonaws.com", "arn:aws:s3:::" + name, owner);
            }
        }
    }

    /**
     * Whether {@code principal} may do {@code action}.
     *
     * @param qualifier as the request names it: grants on an alias or version are for requests that name just that one
     * @param action e.g. {@code lambda:InvokeFunction}
     */
    public static boolean allow(InvocationRules rules, @Nullable String qualifier, String action, Principal principal) {
        String asked = FunctionVersion.LATEST.equals(qualifier) ? null : qualifier;
        for (Grant grant : rules.grants()) {
            if (Objects.equals(grant.qualifier(), asked)
                    && grant.principalOrgId() == null
                    && grant.functionUrlAuthType() == null
                    && !Boolean.TRUE.equals(grant.invokedViaFunctionUrl())
                    && matches(grant.action().toLowerCase(Locale.ROOT), action.toLowerCase(Locale.ROOT))
                    && names(grant, principal)) {
                return true;
            }
        }
        return false;
    }

    private static boolean names(Grant grant, Principal principal) {
        return switch (principal) {
            case Principal.Account account ->
                grant.sourceArn() == null
                        && grant.sourceAccount() == null
                        && (grant.principal().equals("*")
                                || grant.principal().equals(account.accountId())
                                || grant.principal().matches("arn:aws[a-z-]*:iam::" + account.accountId() + ":root"));
            case Principal.Service service ->
                (grant.principal().equals("*") || grant.principal().equals(service.name()))
                        && (grant.sourceArn() == null || matches(grant.sourceArn(), service.sourceArn()))
                        && (grant.sourceAccount() == null
                                || grant.sourceAccount().equals(service.sourceAccount()));
        };
    }

    /** Compares with {@code *} and {@code ?} as wildcards; in time proportional to the product of the lengths at worst. */
    private static boolean matches(String pattern, @Nullable String text) {
        if (text == null) {
            return false;
        }
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = t;
            } else if (p < pattern.length() && (pattern.charAt(p) == '?' || pattern.charAt(p) == text.charAt(t))) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
