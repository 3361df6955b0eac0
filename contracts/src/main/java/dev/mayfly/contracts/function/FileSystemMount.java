package dev.mayfly.contracts.function;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A volume that a function sees as a folder.
 *
 * @param arn the access point's, in any region
 * @param path where the function sees it: {@code /mnt/NAME}
 */
public record FileSystemMount(String arn, String path) {
    /** As the Lambda API limits them; {@link #PATH} leaves {@code .} and {@code ..} out besides. */
    public static final Pattern ARN = Pattern.compile(
            "arn:aws[a-zA-Z-]*:elasticfilesystem:[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d:(?<account>\\d{12}):access-point/(?<volume>fsap-[a-f0-9]{17})");

    public static final Pattern PATH = Pattern.compile("/mnt/(?!\\.{1,2}$)[a-zA-Z0-9-_.]+");

    /** The account that the ARN names; empty when it is no access point's. */
    public static Optional<String> accountOf(String arn) {
        return part(arn, "account");
    }

    /**
     * The volume's name within its account: {@code fsap-} and 17 hex digits.
     *
     * @throws IllegalStateException when the ARN is no access point's
     */
    public String volume() {
        return part(arn, "volume").orElseThrow(() -> new IllegalStateException("Not an access point: " + arn));
    }

    private static Optional<String> part(String arn, String group) {
        Matcher matcher = ARN.matcher(arn);
        return matcher.matches() ? Optional.of(matcher.group(group)) : Optional.empty();
    }
}
