package dev.mayfly.objects.access;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.objects.acl.Acl;
import dev.mayfly.objects.acl.BucketRules;
import dev.mayfly.objects.acl.Grant.Permission;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.lock.ObjectLocks;
import dev.mayfly.objects.object.ObjectIndex;
import dev.mayfly.objects.object.StoredObject;
import dev.mayfly.objects.object.VersionId;
import dev.mayfly.objects.policy.Requester;
import dev.mayfly.objects.policy.Verdict;
import dev.mayfly.objects.protocol.S3Request;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One caller before one bucket that has rules, or is another's. */
final class Entrance {
    private static final Set<String> NEVER_LOST =
            Set.of("s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy");

    private final S3Request request;
    private final Bucket bucket;
    private final BucketRules rules;
    private final ObjectIndex index;
    private final @Nullable VersionId version;
    private final Clock clock;
    private final Requester requester;
    private final boolean own;
    private final Map<String, Optional<StoredObject>> found = new HashMap<>();

    /** @param version of the object that is asked about; null for the current one */
    Entrance(
            S3Request request,
            Bucket bucket,
            BucketRules rules,
            ObjectIndex index,
            @Nullable VersionId version,
            Clock clock) {
        this.request = request;
        this.bucket = bucket;
        this.rules = rules;
        this.index = index;
        this.version = version;
        this.clock = clock;
        this.requester = Caller.of(request.voucher());
        this.own = bucket.accountId().equals(requester.accountId());
    }

    /**
     * Whether the caller may do it. A policy lets only other accounts bypass retention: it may be the work of a key that may
     * not do so itself.
     *
     * @param key empty where the bucket itself is meant
     * @param roleAllows whether the caller's role would let it do that to what its account owns
     */
    boolean permits(String action, String key, boolean roleAllows) {
        Verdict verdict = judge(action, key);
        if (verdict == Verdict.DENY) {
            return own && request.voucher().role() == Role.OWNER && NEVER_LOST.contains(action);
        }
        if (action.equals(ObjectLocks.BYPASS) && (own || requester.isAnonymous())) {
            return own && roleAllows;
        }
        String owner = owner(action, key);
        boolean ofBucketOwner = owner.equals(bucket.accountId());
        if (own && ofBucketOwner && (roleAllows || verdict == Verdict.ALLOW)) {
            return true;
        }
        if (!requester.isAnonymous() && !roleAllows && !own) {
            return false;
        }
        if (owner.equals(requester.accountId()) && !ofBucketOwner) {
            return roleAllows;
        }
        boolean byPolicy = ofBucketOwner
                && !own
                && (verdict == Verdict.ALLOW || verdict == Verdict.ALLOW_ACCOUNT)
                && !(rules.block().restrictPublicBuckets() && rules.isPolicyPublic());
        return byPolicy || rules.hasAcls() && grants(action, key);
    }

    /** Whether the policy forbids it outright. */
    boolean isDenied(String action, String key) {
        return judge(action, key) == Verdict.DENY;
    }

    boolean exists(String key) {
        return find(key).isPresent();
    }

    private Verdict judge(String action, String key) {
        if (rules.policy().isEmpty()) {
            return Verdict.NONE;
        }
        boolean ofBucket = key.isEmpty() || action.equals("s3:ListBucket");
        String resource = "arn:aws:s3:::" + bucket.name() + (ofBucket ? "" : "/" + key);
        String prefix = ofBucket && !key.isEmpty() ? key : null;
        var context = new RequestContext(request, requester, clock, prefix, () -> tags(key));
        return rules.policy().get().judge(requester, action, resource, context);
    }

    private boolean grants(String action, String key) {
        boolean ignorePublic = rules.block().ignorePublicAcls();
        Permission ofBucket = Needs.ofBucket(action);
        if (ofBucket != null) {
            return rules.acl().permits(requester, ofBucket, ignorePublic);
        }
        Permission ofObject = Needs.ofObject(action);
        if (ofObject == null) {
            return false;
        }
        Acl acl = objectAcl(key);
        return acl != null && acl.permits(requester, ofObject, ignorePublic);
    }

    /** Whose the thing is that the action reads or shares: an object can belong to another than its bucket does. */
    private String owner(String action, String key) {
        Acl acl = rules.hasAcls() && Needs.ofObject(action) != null ? objectAcl(key) : null;
        return acl == null ? bucket.accountId() : acl.owner();
    }

    private @Nullable Acl objectAcl(String key) {
        return find(key).map(object -> object.attributes().acl()).orElse(null);
    }

    private Map<String, String> tags(String key) {
        return find(key).map(object -> object.attributes().tags()).orElse(Map.of());
    }

    private Optional<StoredObject> find(String key) {
        return key.isEmpty() ? Optional.empty() : found.computeIfAbsent(key, this::load);
    }

    private Optional<StoredObject> load(String key) {
        try {
            return Optional.of(index.require(bucket, key, version, false));
        } catch (S3Exception e) {
            return Optional.empty();
        }
    }
}
