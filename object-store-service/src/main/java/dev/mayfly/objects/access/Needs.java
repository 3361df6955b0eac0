package dev.mayfly.objects.access;

import dev.mayfly.objects.acl.Grant.Permission;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which grant of an access control list lets a caller do an action: of the object's own list, or of its bucket's. */
final class Needs {
    private static final Map<String, Permission> OF_OBJECT = Map.of(
            "s3:GetObject", Permission.READ,
            "s3:GetObjectVersion", Permission.READ,
            "s3:GetObjectAttributes", Permission.READ,
            "s3:GetObjectVersionAttributes", Permission.READ,
            "s3:GetObjectAcl", Permission.READ_ACP,
            "s3:GetObjectVersionAcl", Permission.READ_ACP,
            "s3:PutObjectAcl", Permission.WRITE_ACP,
            "s3:PutObjectVersionAcl", Permission.WRITE_ACP);

    private static final Map<String, Permission> OF_BUCKET = Map.of(
            "s3:ListBucket", Permission.READ,
            "s3:ListBucketVersions", Permission.READ,
            "s3:ListBucketMultipartUploads", Permission.READ,
            "s3:PutObject", Permission.WRITE,
            "s3:DeleteObject", Permission.WRITE,
            "s3:AbortMultipartUpload", Permission.WRITE,
            "s3:ListMultipartUploadParts", Permission.WRITE,
            "s3:GetBucketAcl", Permission.READ_ACP,
            "s3:PutBucketAcl", Permission.WRITE_ACP);

    private Needs() {}

    static @Nullable Permission ofObject(String action) {
        return OF_OBJECT.get(action);
    }

    static @Nullable Permission ofBucket(String action) {
        return OF_BUCKET.get(action);
    }
}
