package dev.mayfly.identity.accesskey;

import dev.mayfly.contracts.identity.AccessKeyRecord;
import dev.mayfly.contracts.identity.Role;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import java.time.Instant;

/** An access key as it is stored: its secret is sealed. */
@Entity
class AccessKey {
    @Id
    private String id;

    @Column(nullable = false)
    private String accountId;

    @Enumerated(EnumType.STRING)
    @Column(nullable = false)
    private Role role;

    @Column(nullable = false)
    private boolean active;

    @Column(nullable = false)
    private String sealedSecret;

    @Column(nullable = false)
    private Instant createdAt;

    /** For Hibernate. */
    protected AccessKey() {
        this("", "", Role.AUDITOR, "", Instant.EPOCH);
    }

    AccessKey(String id, String accountId, Role role, String sealedSecret, Instant createdAt) {
        this.id = id;
        this.accountId = accountId;
        this.role = role;
        this.active = true;
        this.sealedSecret = sealedSecret;
        this.createdAt = createdAt;
    }

    String id() {
        return id;
    }

    String accountId() {
        return accountId;
    }

    boolean isActiveOwner() {
        return active && role == Role.OWNER;
    }

    void activate(boolean whether) {
        active = whether;
    }

    AccessKeyView view() {
        return new AccessKeyView(id, accountId, AccessKeyView.nameOf(role), active, createdAt);
    }

    AccessKeyRecord toRecord() {
        return new AccessKeyRecord(id, accountId, role, active, sealedSecret, createdAt);
    }
}
