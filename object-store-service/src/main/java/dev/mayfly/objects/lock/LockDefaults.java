package dev.mayfly.objects.lock;

import dev.mayfly.objects.bucket.settings.Setting;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.lock.ObjectLock.Mode;
import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * The retention that new versions of a bucket get.
 *
 * @param mode null for none
 * @param days 0 when it is in years
 * @param years 0 when it is in days
 */
public record LockDefaults(@Nullable Mode mode, int days, int years) {
    public static final LockDefaults NONE = new LockDefaults(null, 0, 0);
    public static final Setting<LockDefaults> SETTING =
            Setting.xml("object-lock", "ObjectLockConfiguration", LockDefaults::read, LockDefaults::write);

    private static final int MAX_DAYS = 36_500;
    private static final int MAX_YEARS = 100;

    /** When the retention of a version that is made now ends; null for none. */
    @Nullable
    Instant until(Instant now) {
        return mode == null
                ? null
                : now.atOffset(ZoneOffset.UTC).plusDays(days).plusYears(years).toInstant();
    }

    private static LockDefaults read(XmlElement document) {
        if (!"Enabled".equals(document.child("ObjectLockEnabled"))) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        XmlElement rule = document.only("Rule");
        if (rule == null) {
            return NONE;
        }
        XmlElement retention = rule.only("DefaultRetention");
        Mode mode = retention == null ? null : Mode.named(retention.child("Mode"));
        if (retention == null || mode == null) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        String days = retention.child("Days");
        String years = retention.child("Years");
        if ((days == null) == (years == null)) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        return new LockDefaults(mode, period(days, MAX_DAYS), period(years, MAX_YEARS));
    }

    private static int period(@Nullable String text, int max) {
        if (text == null) {
            return 0;
        }
        try {
            long number = Long.parseLong(text.strip());
            if (number > 0 && number <= max) {
                return (int) number;
            }
        } catch (NumberFormatException e) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        throw new S3Exception(
                S3Error.INVALID_RETENTION_PERIOD,
                "Default retention period must be a positive integer value of at most " + max + ".");
    }

    Xml write() {
        Xml xml = Xml.root("ObjectLockConfiguration").element("ObjectLockEnabled", "Enabled");
        if (mode != null) {
            xml.open("Rule").open("DefaultRetention").element("Mode", mode.name());
            if (days > 0) {
                xml.element("Days", days);
            } else {
                xml.element("Years", years);
            }
            xml.close().close();
        }
        return xml;
    }
}
