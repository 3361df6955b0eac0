package dev.mayfly.objects.protocol;

import static java.util.Map.entry;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.util.Map;

/** Finds the operation that a request asks for. */
public final class S3Router {
    /** Sub-resources of buckets that are refused, as the end of the operation's name. */
    private static final Map<String, String> BUCKET_RESOURCES = Map.ofEntries(
            entry("accelerate", "BucketAccelerateConfiguration"),
            entry("acl", "BucketAcl"),
            entry("analytics", "BucketAnalyticsConfiguration"),
            entry("cors", "BucketCors"),
            entry("encryption", "BucketEncryption"),
            entry("intelligent-tiering", "BucketIntelligentTieringConfiguration"),
            entry("inventory", "BucketInventoryConfiguration"),
            entry("lifecycle", "BucketLifecycleConfiguration"),
            entry("logging", "BucketLogging"),
            entry("metadataTable", "BucketMetadataTableConfiguration"),
            entry("metrics", "BucketMetricsConfiguration"),
            entry("notification", "BucketNotificationConfiguration"),
            entry("object-lock", "ObjectLockConfiguration"),
            entry("ownershipControls", "BucketOwnershipControls"),
            entry("policy", "BucketPolicy"),
            entry("policyStatus", "BucketPolicyStatus"),
            entry("publicAccessBlock", "PublicAccessBlock"),
            entry("replication", "BucketReplication"),
            entry("requestPayment", "BucketRequestPayment"),
            entry("session", "Session"),
            entry("tagging", "BucketTagging"),
            entry("versioning", "BucketVersioning"),
            entry("website", "BucketWebsite"));

    private static final Map<String, String> OBJECT_RESOURCES = Map.of(
            "acl", "ObjectAcl",
            "legal-hold", "ObjectLegalHold",
            "retention", "ObjectRetention",
            "tagging", "ObjectTagging",
            "torrent", "ObjectTorrent");

    /** Operations on sub-resources of buckets, by method and resource. */
    private static final Map<String, S3Operation> BUCKET_OPERATIONS = Map.ofEntries(
            entry("GET versions", S3Operation.LIST_OBJECT_VERSIONS),
            entry("PUT versioning", S3Operation.PUT_BUCKET_VERSIONING),
            entry("GET object-lock", S3Operation.GET_OBJECT_LOCK_CONFIGURATION),
            entry("PUT object-lock", S3Operation.PUT_OBJECT_LOCK_CONFIGURATION),
            entry("GET lifecycle", S3Operation.GET_BUCKET_LIFECYCLE),
            entry("PUT lifecycle", S3Operation.PUT_BUCKET_LIFECYCLE),
            entry("DELETE lifecycle", S3Operation.DELETE_BUCKET_LIFECYCLE));

    private static final Map<String, S3Operation> OBJECT_OPERATIONS = Map.ofEntries(
            entry("PUT tagging", S3Operation.PUT_OBJECT_TAGGING),
            entry("DELETE tagging", S3Operation.DELETE_OBJECT_TAGGING),
            entry("GET retention", S3Operation.GET_OBJECT_RETENTION),
            entry("PUT retention", S3Operation.PUT_OBJECT_RETENTION),
            entry("GET legal-hold", S3Operation.GET_OBJECT_LEGAL_HOLD),
            entry("PUT legal-hold", S3Operation.PUT_OBJECT_LEGAL_HOLD));

    private S3Router() {}

    /** @throws S3Exception NotImplemented with the operation's name, or MethodNotAllowed */
    public static S3Operation route(String method, S3Target target, boolean copySource) {
        if (target.bucket().isEmpty()) {
            if (method.equals("GET") && target.key().isEmpty()) {
                return S3Operation.LIST_BUCKETS;
            }
            throw new S3Exception(S3Error.METHOD_NOT_ALLOWED);
        }
        boolean ofBucket = target.key().isEmpty();
        for (String name : target.query().keySet()) {
            S3Operation known = (ofBucket ? BUCKET_OPERATIONS : OBJECT_OPERATIONS).get(method + " " + name);
            if (known != null) {
                return known;
            }
        }
        return ofBucket ? bucket(method, target) : object(method, target, copySource);
    }

    private static S3Operation bucket(String method, S3Target target) {
        return switch (method) {
            case "GET" -> getBucket(target);
            case "HEAD" -> S3Operation.HEAD_BUCKET;
            case "PUT" -> {
                if (target.has("tagging")) {
                    yield S3Operation.PUT_BUCKET_TAGGING;
                }
                refuse("Put", target, BUCKET_RESOURCES);
                yield S3Operation.CREATE_BUCKET;
            }
            case "DELETE" -> {
                if (target.has("tagging")) {
                    yield S3Operation.DELETE_BUCKET_TAGGING;
                }
                refuse("Delete", target, BUCKET_RESOURCES);
                yield S3Operation.DELETE_BUCKET;
            }
            case "POST" -> {
                if (target.has("delete")) {
                    yield S3Operation.DELETE_OBJECTS;
                }
                if (target.query().isEmpty()) {
                    throw S3Exception.notImplemented("PostObject");
                }
                throw new S3Exception(S3Error.METHOD_NOT_ALLOWED);
            }
            default -> throw new S3Exception(S3Error.METHOD_NOT_ALLOWED);
        };
    }

    private static S3Operation getBucket(S3Target target) {
        if (target.has("location")) {
            return S3Operation.GET_BUCKET_LOCATION;
        }
        if (target.has("versioning")) {
            return S3Operation.GET_BUCKET_VERSIONING;
        }
        if (target.has("acl")) {
            return S3Operation.GET_BUCKET_ACL;
        }
        if (target.has("tagging")) {
            return S3Operation.GET_BUCKET_TAGGING;
        }
        if (target.has("uploads")) {
            return S3Operation.LIST_MULTIPART_UPLOADS;
        }
        refuse("Get", target, BUCKET_RESOURCES);
        return "2".equals(target.get("list-type")) ? S3Operation.LIST_OBJECTS_V2 : S3Operation.LIST_OBJECTS;
    }

    private static S3Operation object(String method, S3Target target, boolean copySource) {
        boolean upload = target.has("uploadId");
        refuseVersion(target);
        switch (method) {
            case "GET" -> {
                if (upload) {
                    return S3Operation.LIST_PARTS;
                }
                if (target.has("attributes")) {
                    return S3Operation.GET_OBJECT_ATTRIBUTES;
                }
                if (target.has("acl")) {
                    return S3Operation.GET_OBJECT_ACL;
                }
                if (target.has("tagging")) {
                    return S3Operation.GET_OBJECT_TAGGING;
                }
                refuse("Get", target, OBJECT_RESOURCES);
                return S3Operation.GET_OBJECT;
            }
            case "HEAD" -> {
                return S3Operation.HEAD_OBJECT;
            }
            case "PUT" -> {
                if (upload || target.has("partNumber")) {
                    return copySource ? S3Operation.UPLOAD_PART_COPY : S3Operation.UPLOAD_PART;
                }
                refuse("Put", target, OBJECT_RESOURCES);
                return copySource ? S3Operation.COPY_OBJECT : S3Operation.PUT_OBJECT;
            }
            case "DELETE" -> {
                if (upload) {
                    return S3Operation.ABORT_MULTIPART_UPLOAD;
                }
                refuse("Delete", target, OBJECT_RESOURCES);
                return S3Operation.DELETE_OBJECT;
            }
            case "POST" -> {
                if (upload) {
                    return S3Operation.COMPLETE_MULTIPART_UPLOAD;
                }
                if (target.has("uploads")) {
                    return S3Operation.CREATE_MULTIPART_UPLOAD;
                }
                if (target.has("select")) {
                    throw S3Exception.notImplemented("SelectObjectContent");
                }
                if (target.has("restore")) {
                    throw S3Exception.notImplemented("RestoreObject");
                }
                throw new S3Exception(S3Error.METHOD_NOT_ALLOWED);
            }
            default -> throw new S3Exception(S3Error.METHOD_NOT_ALLOWED);
        }
    }

    /** The store keeps one version of each object, which S3 calls {@code null}. */
    private static void refuseVersion(S3Target target) {
        String version = target.get("versionId");
        if (version != null && !version.isEmpty() && !version.equals("null")) {
            throw S3Exception.invalidArgument("versionId", version, "Invalid version id specified");
        }
    }

    private static void refuse(String verb, S3Target target, Map<String, String> resources) {
        for (String name : target.query().keySet()) {
            String resource = resources.get(name);
            if (resource != null) {
                throw S3Exception.notImplemented(verb + resource);
            }
        }
    }
}
