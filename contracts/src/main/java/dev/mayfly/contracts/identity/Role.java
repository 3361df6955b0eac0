package dev.mayfly.contracts.identity;

/** What an access key may do within its account. */
public enum Role {
    /** Everything, access keys included. */
    OWNER,
    /** Deploys and invokes functions, reads and writes objects, reads usage. */
    DEPLOYER,
    /** Invokes functions and reads objects; changes nothing. */
    INVOKER,
    /** Reads configuration, usage and listings; invokes and changes nothing. */
    AUDITOR;

    public boolean mayAdminister() {
        return this == OWNER;
    }

    public boolean mayDeploy() {
        return this == OWNER || this == DEPLOYER;
    }

    public boolean mayInvoke() {
        return this != AUDITOR;
    }

    public boolean mayWriteObjects() {
        return mayDeploy();
    }

    public boolean mayReadObjects() {
        return this != AUDITOR;
    }

    /** Usage and cost of the account. */
    public boolean mayReadUsage() {
        return this != INVOKER;
    }
}
