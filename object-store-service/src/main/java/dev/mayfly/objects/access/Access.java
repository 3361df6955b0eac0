package dev.mayfly.objects.access;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.objects.ObjectsProperties;
import dev.mayfly.objects.acl.BucketRules;
import dev.mayfly.objects.acl.WrittenAcl;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.bucket.settings.BucketSettings;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.lock.ObjectLocks;
import dev.mayfly.objects.object.CopySource;
import dev.mayfly.objects.object.ObjectIndex;
import dev.mayfly.objects.object.VersionId;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Decides what a caller may do, from its role, and from the bucket's policy, access control lists and public access block. A
 * caller of the bucket's own account is decided about without any query besides the bucket's row when the bucket has no
 * settings.
 */
@Component
public final class Access {
    private static final String EXPECTED_OWNER = "x-amz-expected-bucket-owner";
    private static final String EXPECTED_SOURCE_OWNER = "x-amz-source-expected-bucket-owner";

    private static final Set<S3Operation> HIDING = EnumSet.of(
            S3Operation.GET_OBJECT,
            S3Operation.HEAD_OBJECT,
            S3Operation.GET_OBJECT_ATTRIBUTES,
            S3Operation.GET_OBJECT_ACL,
            S3Operation.GET_OBJECT_TAGGING);

    private final Buckets buckets;
    private final BucketSettings settings;
    private final ObjectIndex index;
    private final ObjectsProperties properties;
    private final Clock clock;

    Access(Buckets buckets, BucketSettings settings, ObjectIndex index, ObjectsProperties properties, Clock clock) {
        this.buckets = buckets;
        this.settings = settings;
        this.index = index;
        this.properties = properties;
        this.clock = clock;
    }

    /**
     * Lets the caller in: its handler finds the buckets opened. Preflights ask for nothing yet, and forms say themselves who
     * sent them.
     *
     * @throws S3Exception AccessDenied or NoSuchBucket
     */
    public void check(S3Request request) {
        S3Operation operation = request.operation();
        if (request.bucket().isEmpty() || operation == S3Operation.CREATE_BUCKET) {
            if (request.voucher().isAnonymous()
                    || !operation.isAllowedTo(request.voucher().role())) {
                throw new S3Exception(S3Error.ACCESS_DENIED);
            }
            return;
        }
        if (operation == S3Operation.PREFLIGHT
                || operation == S3Operation.POST_OBJECT && request.key().isEmpty()) {
            return;
        }
        Bucket bucket = buckets.require(request.bucket());
        requireOwner(request.header(EXPECTED_OWNER), bucket);
        admit(request, bucket, operation);
        if (operation == S3Operation.COPY_OBJECT || operation == S3Operation.UPLOAD_PART_COPY) {
            admitToSource(request, bucket);
        }
    }

    private void admit(S3Request request, Bucket bucket, S3Operation operation) {
        boolean roleAllows = operation.isAllowedTo(request.voucher().role());
        if (isHome(request, bucket)) {
            request.opened(bucket.name(), bucket, (action, key) -> roleAllows(request, action));
            if (!roleAllows) {
                throw new S3Exception(S3Error.ACCESS_DENIED);
            }
            WrittenAcl.decide(request, bucket, BucketRules.of(bucket, settings, properties));
            return;
        }
        if (request.voucher().betweenServices()) {
            throw new S3Exception(S3Error.ACCESS_DENIED);
        }
        BucketRules rules = BucketRules.of(bucket, settings, properties);
        var entrance = new Entrance(request, bucket, rules, index, VersionId.of(request), clock);
        request.opened(
                bucket.name(), bucket, (action, key) -> entrance.permits(action, key, roleAllows(request, action)));
        if (operation == S3Operation.DELETE_OBJECTS) {
            return;
        }
        List<String> actions = Actions.of(request);
        String key = request.key();
        boolean allowed = entrance.permits(actions.getFirst(), key, roleAllows)
                && actions.stream().skip(1).noneMatch(action -> entrance.isDenied(action, key));
        if (!allowed) {
            throw refusal(request, entrance);
        }
        WrittenAcl.decide(request, bucket, rules);
    }

    /** To bypass retention is for owners; all else that a request asks besides is of its own kind. */
    private static boolean roleAllows(S3Request request, String action) {
        Role role = request.voucher().role();
        return action.equals(ObjectLocks.BYPASS)
                ? role.mayAdminister()
                : request.operation().isAllowedTo(role);
    }

    /** Whether no rules can apply: the account's own bucket, without settings; or a service that acts for the account. */
    private boolean isHome(S3Request request, Bucket bucket) {
        return bucket.accountId().equals(request.accountId())
                && (bucket.settingsRevision() == 0 && !properties.ownership().hasAcls()
                        || request.voucher().betweenServices());
    }

    /** What a caller is told: that an object is not there only where it may list the bucket. */
    public static S3Exception hideAbsence(S3Exception error, S3Request request) {
        return error.error() == S3Error.NO_SUCH_KEY
                        && HIDING.contains(request.operation())
                        && !request.permits("s3:ListBucket", request.key())
                ? new S3Exception(S3Error.ACCESS_DENIED)
                : error;
    }

    /** Who may list a bucket may know what is not in it. */
    private static S3Exception refusal(S3Request request, Entrance entrance) {
        S3Operation operation = request.operation();
        boolean read = operation == S3Operation.GET_OBJECT || operation == S3Operation.HEAD_OBJECT;
        return new S3Exception(
                read
                                && entrance.permits(
                                        "s3:ListBucket", request.key(), roleAllows(request, "s3:ListBucket"))
                                && !entrance.exists(request.key())
                        ? S3Error.NO_SUCH_KEY
                        : S3Error.ACCESS_DENIED);
    }

    private void admitToSource(S3Request request, Bucket into) {
        CopySource.Named target = CopySource.named(request);
        boolean same = target.bucket().equals(into.name());
        Bucket bucket = same ? into : buckets.require(target.bucket());
        requireOwner(request.header(EXPECTED_SOURCE_OWNER), bucket);
        boolean roleAllows = request.voucher().role().mayReadObjects();
        boolean allowed = isHome(request, bucket)
                ? roleAllows
                : !request.voucher().betweenServices()
                        && entrance(request, bucket, target.version())
                                .permits(Actions.name("GetObject", target.version() != null), target.key(), roleAllows);
        if (!allowed) {
            throw new S3Exception(S3Error.ACCESS_DENIED);
        }
        if (!same) {
            request.opened(bucket.name(), bucket, (action, key) -> false);
        }
    }

    private Entrance entrance(S3Request request, Bucket bucket, @Nullable VersionId version) {
        return new Entrance(request, bucket, BucketRules.of(bucket, settings, properties), index, version, clock);
    }

    private static void requireOwner(@Nullable String expected, Bucket bucket) {
        if (expected != null && !expected.equals(bucket.accountId())) {
            throw new S3Exception(S3Error.ACCESS_DENIED);
        }
    }
}
