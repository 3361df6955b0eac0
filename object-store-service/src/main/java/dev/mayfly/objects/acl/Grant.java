package dev.mayfly.objects.acl;

import dev.mayfly.objects.policy.Requester;
import org.jspecify.annotations.Nullable;

/**
 * A permission of an account or a group.
 *
 * @param account id, or null for a group
 * @param group URI, or null for an account
 */
public record Grant(@Nullable String account, @Nullable String group, Permission permission) {
    static final String ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";
    static final String AUTHENTICATED_USERS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
    static final String LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery";

    /** What can be granted. */
    public enum Permission {
        READ,
        WRITE,
        READ_ACP,
        WRITE_ACP,
        FULL_CONTROL
    }

    static Grant toAccount(String id, Permission permission) {
        return new Grant(id, null, permission);
    }

    static Grant toGroup(String uri, Permission permission) {
        return new Grant(null, uri, permission);
    }

    /** Whether people are meant whom nobody named. */
    boolean reachesThePublic() {
        return ALL_USERS.equals(group) || AUTHENTICATED_USERS.equals(group);
    }

    boolean reaches(Requester requester) {
        return ALL_USERS.equals(group)
                || AUTHENTICATED_USERS.equals(group) && !requester.isAnonymous()
                || account != null && account.equals(requester.accountId());
    }
}
