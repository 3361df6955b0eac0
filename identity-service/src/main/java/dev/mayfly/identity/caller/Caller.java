package dev.mayfly.identity.caller;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Voucher;
import org.springframework.http.HttpStatus;

/** Who sent the request, as the gateway vouches. A controller's parameter. */
public record Caller(Voucher voucher) {
    /** The account that exists from the first start; its owners operate the installation. */
    public static final String OPERATOR_ACCOUNT = "000000000000";

    /** 12 digits. */
    public String accountId() {
        return voucher.accountId();
    }

    /** Whether it may open accounts: an owner of the first one. */
    public boolean isOperator() {
        return accountId().equals(OPERATOR_ACCOUNT) && voucher.role() == Role.OWNER;
    }

    /** Whether it administers its account. */
    public boolean isOwner() {
        return voucher.role().mayAdminister();
    }

    /** This caller, who administers its account. @throws Problem 403 otherwise */
    public Caller owner() {
        if (!isOwner()) {
            throw new Problem(
                    HttpStatus.FORBIDDEN,
                    "Access keys are administered with an owner key; this one has the role "
                            + voucher.role().name().toLowerCase(java.util.Locale.ROOT) + ".");
        }
        return this;
    }
}
