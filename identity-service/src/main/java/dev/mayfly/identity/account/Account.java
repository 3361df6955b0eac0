package dev.mayfly.identity.account;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.identity.AccountRecord;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A tenant: what owns functions and buckets, and is billed. */
@Entity
class Account {
    @Id
    private String id;

    @Column(nullable = false)
    private String name;

    @Column(nullable = false)
    private Instant createdAt;

    @Enumerated(EnumType.STRING)
    private @Nullable Isolation minimumIsolation;

    /** For Hibernate. */
    protected Account() {
        this("", "", Instant.EPOCH);
    }

    Account(String id, String name, Instant createdAt) {
        this.id = id;
        this.name = name;
        this.createdAt = createdAt;
    }

    /** 12 digits. */
    String id() {
        return id;
    }

    String name() {
        return name;
    }

    Instant createdAt() {
        return createdAt;
    }

    /** The weakest tier that its functions may run in; null when any will do. */
    @Nullable
    Isolation minimumIsolation() {
        return minimumIsolation;
    }

    void demand(@Nullable Isolation minimum) {
        minimumIsolation = minimum;
    }

    AccountRecord toRecord() {
        return new AccountRecord(id, minimumIsolation);
    }
}
