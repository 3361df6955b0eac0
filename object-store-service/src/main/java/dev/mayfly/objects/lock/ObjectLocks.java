package dev.mayfly.objects.lock;

import dev.mayfly.objects.body.RequestBody;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.settings.BucketSettings;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.lock.ObjectLock.Mode;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.S3Dates;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What locks new versions: headers of the write, or the bucket's default. */
@Component
public class ObjectLocks {
    /** The action of those who bypass retention in governance mode. */
    public static final String BYPASS = "s3:BypassGovernanceRetention";

    private static final String MODE = "x-amz-object-lock-mode";
    private static final String UNTIL = "x-amz-object-lock-retain-until-date";
    private static final String HOLD = "x-amz-object-lock-legal-hold";

    private final BucketSettings settings;
    private final Clock clock;

    ObjectLocks(BucketSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /** Whether retention of the key in governance mode does not count: the caller says so, and may. */
    public static boolean bypass(S3Request request, String key) {
        return "true".equalsIgnoreCase(request.header("x-amz-bypass-governance-retention"))
                && request.permits(BYPASS, key);
    }

    /** Describes the lock to those who read the version. */
    public static void add(Answer answer, @Nullable ObjectLock lock) {
        if (lock == null) {
            return;
        }
        if (lock.mode() != null && lock.until() != null) {
            answer.with(MODE, lock.mode().name()).with(UNTIL, S3Dates.iso(lock.until()));
        }
        if (lock.legalHold() != null) {
            answer.with(HOLD, lock.legalHold() ? "ON" : "OFF");
        }
    }

    /**
     * The lock that a write asks for, or null.
     *
     * @throws S3Exception InvalidRequest when the bucket has no object lock, InvalidArgument
     */
    public @Nullable ObjectLock asked(Bucket bucket, S3Request request) {
        String mode = request.header(MODE);
        String until = request.header(UNTIL);
        String hold = request.header(HOLD);
        if (mode == null && until == null && hold == null) {
            return null;
        }
        if (!bucket.objectLock()) {
            throw missing();
        }
        if (request.operation() == S3Operation.PUT_OBJECT && !RequestBody.isProtected(request)) {
            throw new S3Exception(
                    S3Error.INVALID_REQUEST,
                    "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock"
                            + " parameters");
        }
        ObjectLock lock = ObjectLock.NONE;
        if (mode != null || until != null) {
            lock = lock.retained(mode(mode, until), until(until, mode));
        }
        if (hold != null) {
            if (!hold.equals("ON") && !hold.equals("OFF")) {
                throw S3Exception.invalidArgument(HOLD, hold, "Legal Hold must be either of 'ON' or 'OFF'");
            }
            lock = lock.held(hold.equals("ON"));
        }
        return lock;
    }

    private static Mode mode(@Nullable String mode, @Nullable String until) {
        if (mode == null) {
            throw S3Exception.invalidArgument(
                    UNTIL, String.valueOf(until), UNTIL + " and " + MODE + " must both be supplied");
        }
        Mode known = Mode.named(mode);
        if (known == null) {
            throw S3Exception.invalidArgument(MODE, mode, "Unknown wormMode directive.");
        }
        return known;
    }

    private Instant until(@Nullable String until, @Nullable String mode) {
        if (until == null) {
            throw S3Exception.invalidArgument(
                    MODE, String.valueOf(mode), UNTIL + " and " + MODE + " must both be supplied");
        }
        Instant time = S3Dates.parse(until);
        if (time == null) {
            throw S3Exception.invalidArgument(
                    UNTIL, until, "The retain until date must be provided in ISO 8601 format");
        }
        if (!time.isAfter(clock.instant())) {
            throw S3Exception.invalidArgument(UNTIL, until, "The retain until date must be in the future!");
        }
        return time;
    }

    /** The lock of a version that is made now: what was asked for, with the bucket's default retention where there is none. */
    public @Nullable ObjectLock applied(Bucket bucket, @Nullable ObjectLock asked) {
        if (!bucket.objectLock() || asked != null && asked.mode() != null) {
            return asked;
        }
        LockDefaults defaults = settings.find(bucket, LockDefaults.SETTING).orElse(LockDefaults.NONE);
        if (defaults.mode() == null) {
            return asked;
        }
        return (asked == null ? ObjectLock.NONE : asked).retained(defaults.mode(), defaults.until(clock.instant()));
    }

    /** @throws S3Exception InvalidRequest when the bucket has no object lock */
    public static void requireEnabled(Bucket bucket) {
        if (!bucket.objectLock()) {
            throw missing();
        }
    }

    private static S3Exception missing() {
        return new S3Exception(S3Error.INVALID_REQUEST, "Bucket is missing Object Lock Configuration");
    }
}
