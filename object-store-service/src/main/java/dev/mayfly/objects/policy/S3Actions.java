package dev.mayfly.objects.policy;

import java.util.List;
import java.util.Locale;

/** The actions that S3 documents, to tell from a policy's mistakes. */
final class S3Actions {
    private static final List<String> OF_OBJECTS = List.of(
            "AbortMultipartUpload",
            "BypassGovernanceRetention",
            "DeleteObject",
            "DeleteObjectTagging",
            "DeleteObjectVersion",
            "DeleteObjectVersionTagging",
            "GetObject",
            "GetObjectAcl",
            "GetObjectAttributes",
            "GetObjectLegalHold",
            "GetObjectRetention",
            "GetObjectTagging",
            "GetObjectTorrent",
            "GetObjectVersion",
            "GetObjectVersionAcl",
            "GetObjectVersionAttributes",
            "GetObjectVersionForReplication",
            "GetObjectVersionTagging",
            "GetObjectVersionTorrent",
            "InitiateReplication",
            "ListMultipartUploadParts",
            "ObjectOwnerOverrideToBucketOwner",
            "PutObject",
            "PutObjectAcl",
            "PutObjectLegalHold",
            "PutObjectRetention",
            "PutObjectTagging",
            "PutObjectVersionAcl",
            "PutObjectVersionTagging",
            "ReplicateDelete",
            "ReplicateObject",
            "ReplicateTags",
            "RestoreObject",
            "UpdateObjectEncryption");

    private static final List<String> OF_BUCKETS = List.of(
            "CreateBucket",
            "CreateBucketMetadataTableConfiguration",
            "CreateSession",
            "DeleteBucket",
            "DeleteBucketMetadataTableConfiguration",
            "DeleteBucketOwnershipControls",
            "DeleteBucketPolicy",
            "DeleteBucketPublicAccessBlock",
            "DeleteBucketWebsite",
            "DeleteInventoryConfiguration",
            "DeleteIntelligentTieringConfiguration",
            "GetAccelerateConfiguration",
            "GetAnalyticsConfiguration",
            "GetBucketAcl",
            "GetBucketCORS",
            "GetBucketLocation",
            "GetBucketLogging",
            "GetBucketMetadataTableConfiguration",
            "GetBucketNotification",
            "GetBucketObjectLockConfiguration",
            "GetBucketOwnershipControls",
            "GetBucketPolicy",
            "GetBucketPolicyStatus",
            "GetBucketPublicAccessBlock",
            "GetBucketRequestPayment",
            "GetBucketTagging",
            "GetBucketVersioning",
            "GetBucketWebsite",
            "GetEncryptionConfiguration",
            "GetIntelligentTieringConfiguration",
            "GetInventoryConfiguration",
            "GetLifecycleConfiguration",
            "GetMetricsConfiguration",
            "GetReplicationConfiguration",
            "ListBucket",
            "ListBucketMultipartUploads",
            "ListBucketVersions",
            "PutAccelerateConfiguration",
            "PutAnalyticsConfiguration",
            "PutBucketAcl",
            "PutBucketCORS",
            "PutBucketLogging",
            "PutBucketNotification",
            "PutBucketObjectLockConfiguration",
            "PutBucketOwnershipControls",
            "PutBucketPolicy",
            "PutBucketPublicAccessBlock",
            "PutBucketRequestPayment",
            "PutBucketTagging",
            "PutBucketVersioning",
            "PutBucketWebsite",
            "PutEncryptionConfiguration",
            "PutIntelligentTieringConfiguration",
            "PutInventoryConfiguration",
            "PutLifecycleConfiguration",
            "PutMetricsConfiguration",
            "PutReplicationConfiguration",
            "ListAllMyBuckets");

    private S3Actions() {}

    /** Whether the pattern, in lower case, names an action on objects. */
    static boolean concernsObjects(String pattern) {
        return matches(pattern, OF_OBJECTS);
    }

    /** Whether the pattern, in lower case, names an action on buckets. */
    static boolean concernsBuckets(String pattern) {
        return matches(pattern, OF_BUCKETS);
    }

    private static boolean matches(String pattern, List<String> actions) {
        return actions.stream().anyMatch(action -> Template.like(pattern, "s3:" + action.toLowerCase(Locale.ROOT)));
    }
}
