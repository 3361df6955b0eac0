package dev.mayfly.objects.bucket;

import org.jspecify.annotations.Nullable;

/** Whether a bucket keeps what is overwritten and deleted. */
public enum Versioning {
    /** It never did: each key has one version, and ids of versions are not shown. */
    NEVER(null),
    ENABLED("Enabled"),
    /** It did: the versions there are stay, and new ones take the place of the null version. */
    SUSPENDED("Suspended");

    private final @Nullable String status;

    Versioning(@Nullable String status) {
        this.status = status;
    }

    /** S3's word for it; null for {@link #NEVER}. */
    public @Nullable String status() {
        return status;
    }

    static Versioning of(@Nullable String status) {
        return status == null ? NEVER : status.equals(ENABLED.status) ? ENABLED : SUSPENDED;
    }
}
