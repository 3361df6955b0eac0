package dev.mayfly.registry.lambda;

import dev.mayfly.contracts.function.FunctionVersion;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A function as a caller names it: by name, partial ARN or ARN, with or without a qualifier.
 *
 * @param accountId the account it is in: always the caller's
 * @param qualifier a version or alias, or null
 */
public record FunctionRef(
        String accountId, String name, @Nullable String qualifier) {
    private static final Pattern SHAPE =
            Pattern.compile("(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?(-iso[a-z]?)?-[a-z]+-\\d{1}:)?(\\d{12}:)?"
                    + "(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?");
    private static final Pattern QUALIFIER = Pattern.compile("\\$LATEST|[a-zA-Z0-9-_]+");
    private static final int LONGEST = 170;
    private static final int LONGEST_NAME = 64;

    /**
     * Reads a function's name.
     *
     * @param qualifier of the query string, or null
     * @throws LambdaException when it is malformed, of another region (404) or of another account (403)
     */
    public static FunctionRef of(String text, @Nullable String qualifier, Caller caller, String region) {
        new Constraints()
                .length("functionName", text, 1, LONGEST)
                .pattern("functionName", text, SHAPE)
                .length("qualifier", qualifier, 1, 128)
                .pattern("qualifier", qualifier, QUALIFIER)
                .check();
        Matcher parts = SHAPE.matcher(text);
        if (!parts.matches()) {
            throw new IllegalStateException("checked above");
        }
        String name = parts.group(8);
        new Constraints().length("functionName", name, 1, LONGEST_NAME).check();
        String ofRegion = parts.group(3);
        if (ofRegion != null && !ofRegion.equals(region + ":")) {
            throw LambdaError.RESOURCE_NOT_FOUND.with("Functions from '" + ofRegion.substring(0, ofRegion.length() - 1)
                    + "' are not reachable in this region ('" + region + "')");
        }
        String ofAccount = parts.group(6);
        if (ofAccount != null && !ofAccount.equals(caller.accountId() + ":")) {
            throw LambdaError.ACCESS_DENIED.with(caller.user()
                    + " is not authorized to perform this operation on resource: " + text
                    + " because it belongs to another account");
        }
        String inName = parts.group(10);
        if (inName != null && qualifier != null && !inName.equals(qualifier)) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "The derived qualifier from the function name does not match the specified qualifier.");
        }
        return new FunctionRef(caller.accountId(), name, inName == null ? qualifier : inName);
    }

    /** Whether it means the version that is edited in place: by that name or by none. */
    public boolean isLatest() {
        return qualifier == null || qualifier.equals(FunctionVersion.LATEST);
    }

    /** Whether it means a published version, by its number. */
    public boolean isVersion() {
        return qualifier != null && qualifier.matches("[0-9]+");
    }

    /** The number of the version that it means; empty when it means none, or none that there can be. */
    public Optional<Long> versionNumber() {
        return isVersion() && qualifier != null && qualifier.matches("[1-9][0-9]{0,17}")
                ? Optional.of(Long.parseLong(qualifier))
                : Optional.empty();
    }

    /** The ARN as the caller meant it, qualifier included. */
    public String arn(String region) {
        String arn = "arn:aws:lambda:" + region + ":" + accountId + ":function:" + name;
        return qualifier == null ? arn : arn + ":" + qualifier;
    }

    /** To be thrown when it does not exist. */
    public LambdaException notFound(String region) {
        return LambdaError.RESOURCE_NOT_FOUND.with("Function not found: " + arn(region));
    }
}
