package dev.mayfly.objects.acl;

import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import java.util.Set;

/** The list that a new object gets. */
public final class WrittenAcl {
    private static final String OWNERS = "bucket-owner-full-control";

    private WrittenAcl() {}

    /**
     * Attaches the new object's {@link Acl} to a request that writes one, unless it is what every object of the bucket's
     * owner has.
     *
     * @throws S3Exception AccessControlListNotSupported, or AccessDenied where public lists are blocked
     */
    public static void decide(S3Request request, Bucket bucket, BucketRules rules) {
        S3Operation operation = request.operation();
        boolean writes = operation == S3Operation.PUT_OBJECT
                || operation == S3Operation.POST_OBJECT
                || operation == S3Operation.COPY_OBJECT
                || operation == S3Operation.CREATE_MULTIPART_UPLOAD;
        if (!writes || !rules.hasAcls() && !Acl.isNamed(request)) {
            return;
        }
        if (!rules.hasAcls()) {
            requireHarmless(request);
            return;
        }
        String canned = request.header("x-amz-acl");
        boolean preferred = rules.ownership() == Ownership.BUCKET_OWNER_PREFERRED && OWNERS.equals(canned);
        String owner = preferred || request.voucher().isAnonymous() ? bucket.accountId() : request.accountId();
        Acl named = Acl.ofHeaders(request, owner, bucket.accountId());
        Acl acl = named == null ? Acl.ofOwner(owner) : named;
        if (acl.opensToPublic() && rules.block().blockPublicAcls()) {
            throw new S3Exception(S3Error.ACCESS_DENIED);
        }
        if (!owner.equals(bucket.accountId()) || !acl.ownerOnly()) {
            request.attach(acl);
        }
    }

    /** @throws S3Exception AccessControlListNotSupported when a request to a bucket without lists names another than S3 takes there */
    public static void requireOwners(S3Request request) {
        requireOneOf(request, Set.of(OWNERS));
    }

    /**
     * As {@link #requireOwners}, for what is written: lists that leave all to the owner are taken too. AWS refuses them, but clients send
     * {@code private} without being asked to (rclone), and they ask for no more than what holds anyway.
     */
    public static void requireHarmless(S3Request request) {
        requireOneOf(request, Set.of(OWNERS, "private", "bucket-owner-read"));
    }

    private static void requireOneOf(S3Request request, Set<String> harmless) {
        String canned = request.header("x-amz-acl");
        if (Acl.isNamed(request) && (canned == null || !harmless.contains(canned))) {
            throw new S3Exception(S3Error.ACL_NOT_SUPPORTED);
        }
    }
}
