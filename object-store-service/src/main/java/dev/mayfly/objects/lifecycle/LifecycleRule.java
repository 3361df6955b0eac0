package dev.mayfly.objects.lifecycle;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.S3Dates;
import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A rule of a lifecycle. Days are 0 where the rule does not say so.
 *
 * @param expirationDays after which current versions are deleted
 * @param expirationDate from which on they are; or null
 * @param expiredMarker whether delete markers that are all that is left of a key are deleted
 * @param noncurrentDays after which versions that are not current are deleted
 * @param newerNoncurrent how many of the newest of them are kept all the same
 * @param abortDays after which uploads that were not completed are aborted
 */
record LifecycleRule(
        String id,
        boolean enabled,
        LifecycleFilter filter,
        int expirationDays,
        @Nullable Instant expirationDate,
        boolean expiredMarker,
        int noncurrentDays,
        int newerNoncurrent,
        int abortDays) {

    private static final int MAX_ID = 255;
    private static final int MAX_NEWER = 100;

    static LifecycleRule read(XmlElement rule) {
        for (String refused : new String[] {"Transition", "NoncurrentVersionTransition"}) {
            if (!rule.children(refused).isEmpty()) {
                throw S3Exception.notImplemented(refused);
            }
        }
        String id = rule.child("ID");
        if (id != null && id.length() > MAX_ID) {
            throw S3Exception.invalidArgument("ID", id, "ID length should not exceed allowed limit of " + MAX_ID);
        }
        String status = rule.require("Status");
        if (!status.equals("Enabled") && !status.equals("Disabled")) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        LifecycleFilter filter = LifecycleFilter.read(rule);
        XmlElement expiration = rule.only("Expiration");
        XmlElement noncurrent = rule.only("NoncurrentVersionExpiration");
        XmlElement abort = rule.only("AbortIncompleteMultipartUpload");
        if (expiration == null && noncurrent == null && abort == null) {
            throw new S3Exception(S3Error.INVALID_REQUEST, "At least one action needs to be specified in a rule.");
        }
        if (abort != null && !filter.isPrefixOnly()) {
            throw new S3Exception(
                    S3Error.INVALID_REQUEST,
                    "AbortIncompleteMultipartUpload cannot be specified with Tags or object sizes.");
        }
        String date = expiration == null ? null : expiration.child("Date");
        String marker = expiration == null ? null : expiration.child("ExpiredObjectDeleteMarker");
        int days = days(expiration, "Days");
        if (expiration != null && (days > 0 ? 1 : 0) + (date == null ? 0 : 1) + (marker == null ? 0 : 1) != 1) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        if (marker != null && !marker.equals("true") && !marker.equals("false")) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        if ("true".equals(marker) && !filter.isPrefixOnly()) {
            throw new S3Exception(
                    S3Error.INVALID_REQUEST,
                    "ExpiredObjectDeleteMarker cannot be specified with Tags or object sizes.");
        }
        String newer = noncurrent == null ? null : noncurrent.child("NewerNoncurrentVersions");
        int noncurrentDays = days(noncurrent, "NoncurrentDays");
        if (noncurrent != null && noncurrentDays == 0) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        int abortDays = days(abort, "DaysAfterInitiation");
        if (abort != null && abortDays == 0) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        return new LifecycleRule(
                id == null || id.isEmpty() ? UUID.randomUUID().toString() : id,
                status.equals("Enabled"),
                filter,
                days,
                date == null ? null : date(date),
                "true".equals(marker),
                noncurrentDays,
                newer == null ? 0 : (int) LifecycleNumbers.read("NewerNoncurrentVersions", newer, 1, MAX_NEWER),
                abortDays);
    }

    private static int days(@Nullable XmlElement action, String name) {
        String text = action == null ? null : action.child(name);
        return text == null ? 0 : (int) LifecycleNumbers.read(name, text, 1, Integer.MAX_VALUE);
    }

    private static Instant date(String text) {
        Instant date = S3Dates.parse(text.length() == 10 ? text + "T00:00:00Z" : text);
        if (date == null) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        if (date.getEpochSecond() % Duration.ofDays(1).toSeconds() != 0) {
            throw S3Exception.invalidArgument("Date", text, "'Date' must be at midnight GMT");
        }
        return date;
    }

    void write(Xml xml) {
        xml.open("Rule").element("ID", id);
        filter.write(xml);
        xml.element("Status", enabled ? "Enabled" : "Disabled");
        if (expirationDays > 0 || expirationDate != null) {
            xml.open("Expiration");
            if (expirationDate == null) {
                xml.element("Days", expirationDays);
            } else {
                xml.element("Date", S3Dates.iso(expirationDate));
            }
            xml.close();
        } else if (expiredMarker || noncurrentDays == 0 && abortDays == 0) {
            xml.open("Expiration")
                    .element("ExpiredObjectDeleteMarker", Boolean.toString(expiredMarker))
                    .close();
        }
        if (noncurrentDays > 0) {
            xml.open("NoncurrentVersionExpiration").element("NoncurrentDays", noncurrentDays);
            if (newerNoncurrent > 0) {
                xml.element("NewerNoncurrentVersions", newerNoncurrent);
            }
            xml.close();
        }
        if (abortDays > 0) {
            xml.open("AbortIncompleteMultipartUpload")
                    .element("DaysAfterInitiation", abortDays)
                    .close();
        }
        xml.close();
    }

    /** When a version that became current at {@code from} expires; null for never. */
    @Nullable
    Instant expires(Instant from, Duration day) {
        return expirationDate != null ? expirationDate : expirationDays > 0 ? after(from, expirationDays, day) : null;
    }

    /** So many days later, at the midnight (UTC) that comes then. */
    static Instant after(Instant from, long days, Duration day) {
        long length = day.toMillis();
        if (days > Duration.between(from, Instant.MAX.minus(day)).toDays()) {
            return Instant.MAX;
        }
        long whole = Math.ceilDiv(from.toEpochMilli(), length);
        return Instant.ofEpochMilli(Math.multiplyExact(Math.addExact(whole, days), length));
    }
}
