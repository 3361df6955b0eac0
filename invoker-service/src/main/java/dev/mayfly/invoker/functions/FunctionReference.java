package dev.mayfly.invoker.functions;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A function as a client names it: by name, partial ARN ({@code account:function:name}) or ARN, each with or without a
 * qualifier.
 *
 * @param region as named, or null
 * @param accountId as named, or null for the caller's
 * @param qualifier as named, or null
 */
public record FunctionReference(
        @Nullable String region,
        @Nullable String accountId,
        String name,
        @Nullable String qualifier) {

    private static final Pattern FORM = Pattern.compile("(?:arn:aws[a-zA-Z-]*:lambda:([a-z]{2}(?:-[a-z]+)+-\\d):)?"
            + "(?:(\\d{12}):)?(function:)?([a-zA-Z0-9-_]{1,64})(?::(\\$LATEST|[a-zA-Z0-9-_]{1,128}))?");

    /** AWS's own pattern, which its error message quotes. */
    private static final String QUOTED_PATTERN = "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?"
            + "(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?";

    /** A name that AWS does not accept. The message is AWS's. */
    public static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }
    }

    /**
     * Reads {@code named}.
     *
     * @throws MalformedException when it has none of the forms
     */
    public static FunctionReference parse(String named) throws MalformedException {
        Matcher form = FORM.matcher(named);
        boolean matches = named.length() <= 256 && form.matches();
        if (!matches || (form.group(1) != null && (form.group(2) == null || form.group(3) == null))) {
            throw new MalformedException("1 validation error detected: Value '" + abridged(named)
                    + "' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: "
                    + QUOTED_PATTERN);
        }
        return new FunctionReference(form.group(1), form.group(2), form.group(4), form.group(5));
    }

    /** The ARN in {@code installation}'s region and the account that is meant, with the qualifier if one was named. */
    public String arn(String installation, String callersAccount) {
        String arn = "arn:aws:lambda:" + installation + ":" + (accountId == null ? callersAccount : accountId)
                + ":function:" + name;
        return qualifier == null ? arn : arn + ":" + qualifier;
    }

    /** This function, with a qualifier that came beside the name. */
    public FunctionReference qualifiedBy(String other) {
        return new FunctionReference(region, accountId, name, other);
    }

    private static String abridged(String text) {
        return text.length() <= 256 ? text : text.substring(0, 256) + "...";
    }
}
