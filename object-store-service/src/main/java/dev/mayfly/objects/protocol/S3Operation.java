package dev.mayfly.objects.protocol;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.usage.UsageEvent.RequestClass;

/** The operations of S3 that the store knows, what a caller must be allowed to use them, and how they are priced. */
public enum S3Operation {
    LIST_BUCKETS("ListBuckets", Access.LOOK, RequestClass.A),
    CREATE_BUCKET("CreateBucket", Access.WRITE, RequestClass.A),
    HEAD_BUCKET("HeadBucket", Access.LOOK, RequestClass.B),
    DELETE_BUCKET("DeleteBucket", Access.WRITE, RequestClass.FREE),
    GET_BUCKET_LOCATION("GetBucketLocation", Access.LOOK, RequestClass.B),
    GET_BUCKET_VERSIONING("GetBucketVersioning", Access.LOOK, RequestClass.B),
    PUT_BUCKET_VERSIONING("PutBucketVersioning", Access.WRITE, RequestClass.A),
    LIST_OBJECT_VERSIONS("ListObjectVersions", Access.LOOK, RequestClass.A),
    GET_OBJECT_LOCK_CONFIGURATION("GetObjectLockConfiguration", Access.LOOK, RequestClass.B),
    PUT_OBJECT_LOCK_CONFIGURATION("PutObjectLockConfiguration", Access.WRITE, RequestClass.A),
    GET_BUCKET_LIFECYCLE("GetBucketLifecycleConfiguration", Access.LOOK, RequestClass.B),
    PUT_BUCKET_LIFECYCLE("PutBucketLifecycleConfiguration", Access.WRITE, RequestClass.A),
    DELETE_BUCKET_LIFECYCLE("DeleteBucketLifecycle", Access.WRITE, RequestClass.FREE),
    PUT_OBJECT_TAGGING("PutObjectTagging", Access.WRITE, RequestClass.A),
    DELETE_OBJECT_TAGGING("DeleteObjectTagging", Access.WRITE, RequestClass.FREE),
    GET_OBJECT_RETENTION("GetObjectRetention", Access.LOOK, RequestClass.B),
    PUT_OBJECT_RETENTION("PutObjectRetention", Access.WRITE, RequestClass.A),
    GET_OBJECT_LEGAL_HOLD("GetObjectLegalHold", Access.LOOK, RequestClass.B),
    PUT_OBJECT_LEGAL_HOLD("PutObjectLegalHold", Access.WRITE, RequestClass.A),
    GET_BUCKET_ACL("GetBucketAcl", Access.LOOK, RequestClass.B),
    GET_BUCKET_TAGGING("GetBucketTagging", Access.LOOK, RequestClass.B),
    PUT_BUCKET_TAGGING("PutBucketTagging", Access.WRITE, RequestClass.A),
    DELETE_BUCKET_TAGGING("DeleteBucketTagging", Access.WRITE, RequestClass.FREE),
    LIST_OBJECTS("ListObjects", Access.LOOK, RequestClass.A),
    LIST_OBJECTS_V2("ListObjectsV2", Access.LOOK, RequestClass.A),
    LIST_MULTIPART_UPLOADS("ListMultipartUploads", Access.LOOK, RequestClass.A),
    DELETE_OBJECTS("DeleteObjects", Access.WRITE, RequestClass.FREE),
    PUT_OBJECT("PutObject", Access.WRITE, RequestClass.A),
    COPY_OBJECT("CopyObject", Access.WRITE, RequestClass.A),
    GET_OBJECT("GetObject", Access.READ, RequestClass.B),
    HEAD_OBJECT("HeadObject", Access.LOOK, RequestClass.B),
    GET_OBJECT_ATTRIBUTES("GetObjectAttributes", Access.LOOK, RequestClass.B),
    GET_OBJECT_ACL("GetObjectAcl", Access.LOOK, RequestClass.B),
    GET_OBJECT_TAGGING("GetObjectTagging", Access.LOOK, RequestClass.B),
    DELETE_OBJECT("DeleteObject", Access.WRITE, RequestClass.FREE),
    CREATE_MULTIPART_UPLOAD("CreateMultipartUpload", Access.WRITE, RequestClass.A),
    UPLOAD_PART("UploadPart", Access.WRITE, RequestClass.A),
    UPLOAD_PART_COPY("UploadPartCopy", Access.WRITE, RequestClass.A),
    COMPLETE_MULTIPART_UPLOAD("CompleteMultipartUpload", Access.WRITE, RequestClass.A),
    ABORT_MULTIPART_UPLOAD("AbortMultipartUpload", Access.WRITE, RequestClass.FREE),
    LIST_PARTS("ListParts", Access.LOOK, RequestClass.A);

    private enum Access {
        /** Names, sizes and settings, but no bytes of objects. */
        LOOK,
        READ,
        WRITE
    }

    private final String title;
    private final Access access;
    private final RequestClass requestClass;

    S3Operation(String title, Access access, RequestClass requestClass) {
        this.title = title;
        this.access = access;
        this.requestClass = requestClass;
    }

    /** S3's name. */
    public String title() {
        return title;
    }

    public RequestClass requestClass() {
        return requestClass;
    }

    public boolean isAllowedTo(Role role) {
        return switch (access) {
            case LOOK -> true;
            case READ -> role.mayReadObjects();
            case WRITE -> role.mayWriteObjects();
        };
    }
}
