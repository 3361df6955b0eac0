package dev.mayfly.objects.policy;

/** What a policy says about one request. */
public enum Verdict {
    /** Denied explicitly: nothing else can allow it. */
    DENY,
    /** Allowed to this very caller, or to everybody. */
    ALLOW,
    /** Allowed to the caller's account, which decides itself whom it lets use that. */
    ALLOW_ACCOUNT,
    /** Not mentioned. */
    NONE
}
