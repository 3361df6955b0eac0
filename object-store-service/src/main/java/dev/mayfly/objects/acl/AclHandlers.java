package dev.mayfly.objects.acl;

import dev.mayfly.objects.ObjectsProperties;
import dev.mayfly.objects.body.RequestBody;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.bucket.settings.BucketSettings;
import dev.mayfly.objects.bucket.settings.SettingHandlers;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.object.ObjectIndex;
import dev.mayfly.objects.object.StoredObject;
import dev.mayfly.objects.object.VersionId;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import java.io.IOException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Access control lists of buckets and objects, and the ownership controls that switch them on. */
@Configuration(proxyBeanMethods = false)
class AclHandlers {
    private static final int MAX_DOCUMENT_BYTES = 64 << 10;

    private final Buckets buckets;
    private final BucketSettings settings;
    private final ObjectIndex index;
    private final ObjectsProperties properties;

    AclHandlers(Buckets buckets, BucketSettings settings, ObjectIndex index, ObjectsProperties properties) {
        this.buckets = buckets;
        this.settings = settings;
        this.index = index;
        this.properties = properties;
    }

    @Bean
    Handler getBucketAcl() {
        return Handler.of(S3Operation.GET_BUCKET_ACL, request -> {
            Bucket bucket = buckets.open(request);
            BucketRules rules = rules(bucket);
            return Answer.xml(AclXml.write(rules.hasAcls() ? rules.acl() : Acl.ofOwner(bucket.accountId())));
        });
    }

    @Bean
    Handler putBucketAcl() {
        return Handler.of(S3Operation.PUT_BUCKET_ACL, request -> {
            Bucket bucket = buckets.open(request);
            BucketRules rules = rules(bucket);
            Acl acl = wanted(request, bucket, rules, bucket.accountId());
            if (rules.hasAcls()) {
                settings.put(bucket, BucketRules.ACL, acl);
            }
            return Answer.empty(200);
        });
    }

    @Bean
    Handler getObjectAcl() {
        return Handler.of(S3Operation.GET_OBJECT_ACL, request -> {
            Bucket bucket = buckets.open(request);
            Acl acl = index.require(bucket, request.key(), VersionId.of(request), false)
                    .attributes()
                    .acl();
            return Answer.xml(
                    AclXml.write(acl == null || !rules(bucket).hasAcls() ? Acl.ofOwner(bucket.accountId()) : acl));
        });
    }

    @Bean
    Handler putObjectAcl(ObjectAcls objects) {
        return Handler.of(S3Operation.PUT_OBJECT_ACL, request -> {
            Bucket bucket = buckets.open(request);
            BucketRules rules = rules(bucket);
            StoredObject object = index.require(bucket, request.key(), VersionId.of(request), false);
            Acl old = object.attributes().acl();
            Acl acl = wanted(request, bucket, rules, old == null ? bucket.accountId() : old.owner());
            if (rules.hasAcls()) {
                objects.put(bucket, object, acl);
            }
            return Answer.empty(200);
        });
    }

    private BucketRules rules(Bucket bucket) {
        return BucketRules.of(bucket, settings, properties);
    }

    private static Acl wanted(S3Request request, Bucket bucket, BucketRules rules, String owner) throws IOException {
        Acl acl = Acl.ofHeaders(request, owner, bucket.accountId());
        if (acl == null) {
            acl = AclXml.parse(RequestBody.document(request, MAX_DOCUMENT_BYTES));
            if (!acl.owner().equals(owner)) {
                throw new S3Exception(S3Error.ACCESS_DENIED);
            }
        }
        if (!rules.hasAcls()) {
            WrittenAcl.requireOwners(request);
            if (!acl.ownerOnly()) {
                throw new S3Exception(S3Error.ACL_NOT_SUPPORTED);
            }
        }
        if (acl.opensToPublic() && rules.block().blockPublicAcls()) {
            throw new S3Exception(S3Error.ACCESS_DENIED);
        }
        return acl;
    }

    @Bean
    Handler getBucketOwnershipControls(SettingHandlers handlers) {
        return handlers.get(
                S3Operation.GET_BUCKET_OWNERSHIP_CONTROLS, Ownership.SETTING, S3Error.OWNERSHIP_CONTROLS_NOT_FOUND);
    }

    @Bean
    Handler putBucketOwnershipControls() {
        return Handler.of(S3Operation.PUT_BUCKET_OWNERSHIP_CONTROLS, request -> {
            Bucket bucket = buckets.open(request);
            Ownership ownership = Ownership.SETTING.parse().apply(RequestBody.document(request, MAX_DOCUMENT_BYTES));
            if (!ownership.hasAcls() && !rules(bucket).acl().ownerOnly()) {
                throw new S3Exception(S3Error.INVALID_BUCKET_ACL_WITH_OWNERSHIP);
            }
            settings.put(bucket, Ownership.SETTING, ownership);
            return Answer.empty(200);
        });
    }

    @Bean
    Handler deleteBucketOwnershipControls(SettingHandlers handlers) {
        return handlers.delete(S3Operation.DELETE_BUCKET_OWNERSHIP_CONTROLS, Ownership.SETTING);
    }
}
