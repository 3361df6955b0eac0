package dev.mayfly.objects.lock;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What keeps a version from being deleted.
 *
 * @param mode null without retention
 * @param until when the retention ends; null without
 * @param legalHold null when it was never set
 */
public record ObjectLock(
        @Nullable Mode mode,
        @Nullable Instant until,
        @Nullable Boolean legalHold) {
    /** No retention, no legal hold. */
    public static final ObjectLock NONE = new ObjectLock(null, null, null);

    /** How strict a retention is. */
    public enum Mode {
        /** Those who may bypass it can delete, shorten or lift. */
        GOVERNANCE,
        /** Nobody can but lengthen it. */
        COMPLIANCE;

        /** Null for what is neither. */
        public static @Nullable Mode named(@Nullable String name) {
            return "GOVERNANCE".equals(name) ? GOVERNANCE : "COMPLIANCE".equals(name) ? COMPLIANCE : null;
        }
    }

    /** Whether the version must stay. */
    public boolean forbidsDeletion(Instant now, boolean bypass) {
        return Boolean.TRUE.equals(legalHold) || isRetained(now) && !(bypass && mode == Mode.GOVERNANCE);
    }

    /** Whether the retention may be replaced by this one; null for none. */
    public boolean allowsChange(@Nullable Mode newMode, @Nullable Instant newUntil, Instant now, boolean bypass) {
        if (!isRetained(now) || bypass && mode == Mode.GOVERNANCE) {
            return true;
        }
        return newMode == mode && newUntil != null && until != null && !newUntil.isBefore(until);
    }

    private boolean isRetained(Instant now) {
        return mode != null && until != null && until.isAfter(now);
    }

    public ObjectLock retained(@Nullable Mode newMode, @Nullable Instant newUntil) {
        return new ObjectLock(newMode, newUntil, legalHold);
    }

    public ObjectLock held(boolean hold) {
        return new ObjectLock(mode, until, hold);
    }
}
