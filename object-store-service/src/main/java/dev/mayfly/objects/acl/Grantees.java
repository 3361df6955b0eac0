package dev.mayfly.objects.acl;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads who is granted something. */
final class Grantees {
    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");
    private static final Set<String> GROUPS = Set.of(Grant.ALL_USERS, Grant.AUTHENTICATED_USERS, Grant.LOG_DELIVERY);

    private Grantees() {}

    /**
     * @param kind {@code id}, {@code uri} or {@code emailAddress}
     * @throws S3Exception when nobody is called that
     */
    static Grant grant(String kind, String name, Grant.Permission permission) {
        return switch (kind) {
            case "id" -> {
                if (!ACCOUNT.matcher(name).matches()) {
                    throw S3Exception.invalidArgument("CanonicalUser/ID", name, "Invalid id");
                }
                yield Grant.toAccount(name, permission);
            }
            case "uri" -> {
                if (!GROUPS.contains(name)) {
                    throw S3Exception.invalidArgument("Group/URI", name, "Invalid group uri");
                }
                yield Grant.toGroup(name, permission);
            }
            // Accounts have no addresses here.
            default -> throw new S3Exception(S3Error.UNRESOLVABLE_GRANT);
        };
    }
}
