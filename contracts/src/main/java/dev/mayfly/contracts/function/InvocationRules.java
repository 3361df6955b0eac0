package dev.mayfly.contracts.function;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a function is invoked, apart from its code: which version a name means, how much may run at once, what becomes of
 * asynchronous events, and who else may call. It travels on {@code function.rules} under {@link #key}; a tombstone, or no
 * record, means that there are none.
 *
 * @param accountId 12 digits
 * @param name the function's name
 * @param revisionId a UUID that changes with every change of these rules
 * @param latestPublished the highest version number, or null when none was published
 * @param aliases by name
 * @param reservedConcurrency how many invocations of the function may run at once, taken out of the account's; 0 stops it;
 *     null takes part in the account's unreserved rest
 * @param provisioned sandboxes that are kept ready
 * @param asynchronous what becomes of asynchronous events, by qualifier
 * @param grants who else may act on it
 * @param recursiveLoop {@code Allow} or {@code Terminate}, or null where nobody said anything, which is {@code Terminate}
 */
public record InvocationRules(
        String accountId,
        String name,
        String revisionId,
        @Nullable String latestPublished,
        List<Alias> aliases,
        @Nullable Integer reservedConcurrency,
        List<Provisioned> provisioned,
        List<Asynchronous> asynchronous,
        List<Grant> grants,
        @Nullable String recursiveLoop) {

    private static final String ALLOW = "Allow";

    public InvocationRules {
        aliases = List.copyOf(aliases);
        provisioned = List.copyOf(provisioned);
        asynchronous = List.copyOf(asynchronous);
        grants = List.copyOf(grants);
    }

    /** A function that nobody said anything about. */
    public static InvocationRules none(String accountId, String name) {
        return new InvocationRules(accountId, name, "", null, List.of(), null, List.of(), List.of(), List.of(), null);
    }

    /**
     * A name for a version.
     *
     * @param version the version that gets what the weights leave
     * @param weights the share of invocations, 0.0 - 1.0, of other versions
     */
    public record Alias(String name, String version, Map<String, Double> weights) {
        public Alias {
            weights = Map.copyOf(weights);
        }

        /** How many of {@code count} are each version's, as the weights divide them; versions without any are left out. */
        public Map<String, Integer> divide(int count) {
            var parts = new TreeMap<String, Integer>();
            int left = count;
            for (var other : weights.entrySet()) {
                int part = Math.min(left, (int) Math.round(count * other.getValue()));
                parts.merge(other.getKey(), part, Integer::sum);
                left -= part;
            }
            parts.merge(version, left, Integer::sum);
            parts.values().removeIf(part -> part == 0);
            return parts;
        }
    }

    /**
     * @param qualifier a version or an alias
     * @param sandboxes how many are kept ready
     */
    public record Provisioned(String qualifier, int sandboxes) {}

    /**
     * @param qualifier {@code $LATEST}, a version or an alias, as the caller named it
     * @param maxAgeSeconds 60 - 21,600, or null for the default
     * @param maxRetries 0 - 2, or null for the default
     * @param onSuccess the ARN of a function, a Kafka topic or a bucket, or null
     * @param onFailure likewise
     */
    public record Asynchronous(
            String qualifier,
            @Nullable Integer maxAgeSeconds,
            @Nullable Integer maxRetries,
            @Nullable String onSuccess,
            @Nullable String onFailure) {}

    /**
     * One statement of the resource policy that allows.
     *
     * @param statementId unique within the function and qualifier
     * @param qualifier the version or alias it is for, or null for the function without a qualifier
     * @param action e.g. {@code lambda:InvokeFunction}, {@code lambda:*}
     * @param principal an account id, an ARN, a service ({@code s3.amazonaws.com}) or {@code *}
     * @param sourceArn only for events from there, with {@code *} and {@code ?} as wildcards; or null
     * @param sourceAccount only for events of that account; or null
     * @param principalOrgId only for principals of that organisation, which Mayfly has none of; or null
     * @param functionUrlAuthType only for function URLs with that kind of sign-in; or null
     * @param invokedViaFunctionUrl only through the function URL; or null
     */
    public record Grant(
            String statementId,
            @Nullable String qualifier,
            String action,
            String principal,
            @Nullable String sourceArn,
            @Nullable String sourceAccount,
            @Nullable String principalOrgId,
            @Nullable String functionUrlAuthType,
            @Nullable Boolean invokedViaFunctionUrl) {}

    /** Whether a chain of invocations may run it without end. */
    public boolean allowsRecursion() {
        return ALLOW.equals(recursiveLoop);
    }

    /** {@code account:name}: the key on Kafka. */
    public String key() {
        return key(accountId, name);
    }

    public static String key(String accountId, String name) {
        return accountId + ":" + name;
    }
}
