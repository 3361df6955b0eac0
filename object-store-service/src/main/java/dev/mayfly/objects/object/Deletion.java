package dev.mayfly.objects.object;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * What to delete, and when to leave it.
 *
 * @param version for good; null for the current one, which stays as a noncurrent version where the bucket keeps such
 * @param etag it must have, {@code *} for any, or null
 * @param modifiedAt it must have, to the second, or null
 * @param size it must have, or null
 * @param bypass whether retention in governance mode does not count
 */
public record Deletion(
        String key,
        @Nullable VersionId version,
        @Nullable String etag,
        @Nullable Instant modifiedAt,
        @Nullable Long size,
        boolean bypass) {

    public static Deletion of(String key, @Nullable VersionId version) {
        return new Deletion(key, version, null, null, null, false);
    }

    /** Whether it names what is there in a bucket without versions. */
    boolean meansNull() {
        return version == null || version.nonce() == null;
    }

    boolean isConditional() {
        return etag != null || modifiedAt != null || size != null;
    }

    /** What became of one. */
    public sealed interface Outcome {
        /** Nothing was there. */
        record Nothing() implements Outcome {}

        /**
         * It is gone for good.
         *
         * @param marker whether it was a delete marker
         */
        record Gone(boolean marker) implements Outcome {}

        /** A delete marker has become the current version. */
        record Marked(VersionId marker) implements Outcome {}

        /** It is still there. */
        record Refused(S3Exception why) implements Outcome {}
    }

    /** Why an object with these properties is not to be deleted, or null. */
    @Nullable
    S3Exception failed(String foundEtag, Instant foundModifiedAt, long foundSize) {
        boolean fits = (etag == null || ETags.anyMatches(etag, foundEtag))
                && (modifiedAt == null || modifiedAt.equals(foundModifiedAt.truncatedTo(ChronoUnit.SECONDS)))
                && (size == null || size == foundSize);
        return fits ? null : ReadConditions.failed("If-Match");
    }

    /** Of a version whose lock forbids it. */
    static S3Exception locked() {
        return new S3Exception(S3Error.ACCESS_DENIED, "Access Denied because object protected by object lock.");
    }

    /** What a condition on nothing comes to. */
    Outcome absent() {
        return etag == null ? new Outcome.Nothing() : new Outcome.Refused(new S3Exception(S3Error.NO_SUCH_KEY));
    }
}
