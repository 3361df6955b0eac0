package dev.mayfly.objects.access;

import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which IAM actions a request needs. Most are called like their operation. */
final class Actions {
    private static final Map<String, String> BY_OPERATION = Map.ofEntries(
            Map.entry("ListBuckets", "ListAllMyBuckets"),
            Map.entry("HeadBucket", "ListBucket"),
            Map.entry("ListObjects", "ListBucket"),
            Map.entry("ListObjectsV2", "ListBucket"),
            Map.entry("ListObjectVersions", "ListBucketVersions"),
            Map.entry("ListMultipartUploads", "ListBucketMultipartUploads"),
            Map.entry("ListParts", "ListMultipartUploadParts"),
            Map.entry("DeleteBucketTagging", "PutBucketTagging"),
            Map.entry("GetBucketCors", "GetBucketCORS"),
            Map.entry("PutBucketCors", "PutBucketCORS"),
            Map.entry("DeleteBucketCors", "PutBucketCORS"),
            Map.entry("GetPublicAccessBlock", "GetBucketPublicAccessBlock"),
            Map.entry("PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
            Map.entry("DeletePublicAccessBlock", "PutBucketPublicAccessBlock"),
            Map.entry("DeleteBucketOwnershipControls", "PutBucketOwnershipControls"),
            Map.entry("GetBucketLifecycleConfiguration", "GetLifecycleConfiguration"),
            Map.entry("PutBucketLifecycleConfiguration", "PutLifecycleConfiguration"),
            Map.entry("DeleteBucketLifecycle", "PutLifecycleConfiguration"),
            Map.entry("GetBucketNotificationConfiguration", "GetBucketNotification"),
            Map.entry("PutBucketNotificationConfiguration", "PutBucketNotification"),
            Map.entry("GetBucketEncryption", "GetEncryptionConfiguration"),
            Map.entry("PutBucketEncryption", "PutEncryptionConfiguration"),
            Map.entry("DeleteBucketEncryption", "PutEncryptionConfiguration"),
            Map.entry("GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"),
            Map.entry("PutObjectLockConfiguration", "PutBucketObjectLockConfiguration"),
            Map.entry("GetBucketAccelerateConfiguration", "GetAccelerateConfiguration"),
            Map.entry("GetBucketReplication", "GetReplicationConfiguration"),
            Map.entry("HeadObject", "GetObject"),
            Map.entry("CopyObject", "PutObject"),
            Map.entry("PostObject", "PutObject"),
            Map.entry("CreateMultipartUpload", "PutObject"),
            Map.entry("UploadPart", "PutObject"),
            Map.entry("UploadPartCopy", "PutObject"),
            Map.entry("CompleteMultipartUpload", "PutObject"));

    private static final Set<String> OF_VERSIONS = Set.of(
            "GetObject",
            "GetObjectAcl",
            "GetObjectTagging",
            "GetObjectAttributes",
            "DeleteObject",
            "DeleteObjectTagging",
            "PutObjectAcl",
            "PutObjectTagging");

    private Actions() {}

    /** All that the caller must be allowed to do. */
    static List<String> of(S3Request request) {
        String title = request.operation().title();
        String name = BY_OPERATION.getOrDefault(title, title);
        String version = request.query("versionId");
        var actions = new ArrayList<String>(2);
        actions.add(name(name, version != null && !version.isEmpty()));
        if (request.operation() == S3Operation.GET_OBJECT_ATTRIBUTES) {
            actions.add(name("GetObject", version != null && !version.isEmpty()));
        }
        if (title.equals("PutObject")
                || title.equals("PostObject")
                || title.equals("CopyObject")
                || title.equals("CreateMultipartUpload")) {
            addForHeaders(request, actions);
        }
        return actions;
    }

    private static void addForHeaders(S3Request request, List<String> actions) {
        if (request.header("x-amz-tagging") != null) {
            actions.add("s3:PutObjectTagging");
        }
        if (request.header("x-amz-object-lock-mode") != null
                || request.header("x-amz-object-lock-retain-until-date") != null) {
            actions.add("s3:PutObjectRetention");
        }
        if (request.header("x-amz-object-lock-legal-hold") != null) {
            actions.add("s3:PutObjectLegalHold");
        }
    }

    /** The action on an object that is read, e.g. as the source of a copy. */
    static String name(String name, boolean ofVersion) {
        if (ofVersion && OF_VERSIONS.contains(name)) {
            int end = "GetObject".length() + (name.startsWith("Delete") ? 3 : 0);
            return "s3:" + name.substring(0, end) + "Version" + name.substring(end);
        }
        return "s3:" + name;
    }
}
