package dev.mayfly.objects.policy;

import java.util.List;

/**
 * Whom a statement is about.
 *
 * @param everybody anonymous callers too
 * @param accounts ids
 * @param arns of users, roles and sessions; and of services, whom nobody here is
 */
record Principals(boolean everybody, List<String> accounts, List<String> arns) {
    /** How close a statement comes to a caller. */
    enum Match {
        NONE,
        ACCOUNT,
        CALLER
    }

    Match match(Requester requester) {
        if (everybody || requester.arns().stream().anyMatch(arns::contains)) {
            return Match.CALLER;
        }
        String account = requester.accountId();
        return account != null && accounts.contains(account) ? Match.ACCOUNT : Match.NONE;
    }
}
