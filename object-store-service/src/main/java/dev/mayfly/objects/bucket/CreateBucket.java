package dev.mayfly.objects.bucket;

import dev.mayfly.objects.ObjectsProperties;
import dev.mayfly.objects.acl.Acl;
import dev.mayfly.objects.acl.BucketRules;
import dev.mayfly.objects.acl.Ownership;
import dev.mayfly.objects.acl.WrittenAcl;
import dev.mayfly.objects.body.RequestBody;
import dev.mayfly.objects.bucket.settings.BucketSettings;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.XmlElement;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

@Component
final class CreateBucket implements Handler {
    private static final int MAX_BUCKETS_PER_ACCOUNT = 10_000;
    private static final int MAX_DOCUMENT = 64 << 10;
    /** Headers by which a new bucket would differ from the one that is there. */
    private static final Set<String> SETTINGS = Set.of(
            "x-amz-acl",
            "x-amz-grant-full-control",
            "x-amz-grant-read",
            "x-amz-grant-read-acp",
            "x-amz-grant-write",
            "x-amz-grant-write-acp",
            "x-amz-object-ownership",
            "x-amz-bucket-object-lock-enabled");

    private static final String DEFAULT_REGION = "us-east-1";
    private static final Pattern REGION = Pattern.compile("[a-z]{2}(-[a-z]+)+-\\d|EU");

    private final Buckets buckets;
    private final BucketSettings settings;
    private final Ownership defaultOwnership;
    private final String region;

    CreateBucket(
            Buckets buckets,
            BucketSettings settings,
            ObjectsProperties properties,
            @Value("${mayfly.region}") String region) {
        this.buckets = buckets;
        this.settings = settings;
        this.defaultOwnership = properties.ownership();
        this.region = region;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.CREATE_BUCKET;
    }

    @Override
    public Answer handle(S3Request request) throws IOException {
        String name = request.bucket();
        if (!BucketName.isValid(name)) {
            throw new S3Exception(
                    S3Error.INVALID_BUCKET_NAME, S3Error.INVALID_BUCKET_NAME.message(), Map.of("BucketName", name));
        }
        Ownership ownership = Ownership.ofHeader(request.header("x-amz-object-ownership"));
        Acl acl = acl(request, ownership == null ? defaultOwnership : ownership);
        boolean objectLock = "true".equalsIgnoreCase(request.header("x-amz-bucket-object-lock-enabled"));
        String location = location(request);
        if (buckets.count(request.accountId()) >= MAX_BUCKETS_PER_ACCOUNT) {
            throw new S3Exception(S3Error.TOO_MANY_BUCKETS);
        }
        if (!buckets.create(name, request.accountId(), location, objectLock)) {
            requireSame(name, request);
        }
        configure(name, ownership, acl);
        return Answer.empty(200).with("Location", "/" + name);
    }

    private void configure(String name, @Nullable Ownership ownership, @Nullable Acl acl) {
        if (ownership == null && acl == null) {
            return;
        }
        Bucket made = buckets.require(name);
        if (ownership != null) {
            settings.put(made, Ownership.SETTING, ownership);
        }
        if (acl != null) {
            settings.put(made, BucketRules.ACL, acl);
        }
    }

    /** The list that the request asks for, or null for the usual one. */
    private static @Nullable Acl acl(S3Request request, Ownership ownership) {
        if (!ownership.hasAcls()) {
            WrittenAcl.requireHarmless(request);
            return null;
        }
        return Acl.ofHeaders(request, request.accountId(), request.accountId());
    }

    /** In its oldest region, S3 lets an owner make a bucket again, which changes nothing. */
    private void requireSame(String name, S3Request request) {
        Optional<Bucket> taken = buckets.find(name);
        boolean own = taken.isPresent() && taken.get().accountId().equals(request.accountId());
        if (own
                && region.equals(DEFAULT_REGION)
                && request.headerNames().stream().noneMatch(SETTINGS::contains)) {
            return;
        }
        S3Error error = own ? S3Error.BUCKET_ALREADY_OWNED_BY_YOU : S3Error.BUCKET_ALREADY_EXISTS;
        throw new S3Exception(error, error.message(), Map.of("BucketName", name));
    }

    private String location(S3Request request) throws IOException {
        if (request.contentLength() == 0
                || request.contentLength() < 0 && request.header("transfer-encoding") == null) {
            return region;
        }
        byte[] document = RequestBody.document(request, MAX_DOCUMENT);
        if (document.length == 0) {
            return region;
        }
        String constraint =
                XmlElement.parse(document, "CreateBucketConfiguration").child("LocationConstraint");
        if (constraint == null || constraint.isBlank()) {
            return region;
        }
        if (!REGION.matcher(constraint).matches()) {
            throw new S3Exception(
                    S3Error.INVALID_LOCATION_CONSTRAINT,
                    S3Error.INVALID_LOCATION_CONSTRAINT.message(),
                    Map.of("LocationConstraint", constraint));
        }
        if (!constraint.equals(region) && !region.equals(DEFAULT_REGION)) {
            throw new S3Exception(S3Error.ILLEGAL_LOCATION_CONSTRAINT);
        }
        return constraint;
    }
}
