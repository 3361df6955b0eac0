package dev.mayfly.objects.protocol;

import static dev.mayfly.contracts.usage.UsageEvent.RequestClass.A;
import static dev.mayfly.contracts.usage.UsageEvent.RequestClass.B;
import static dev.mayfly.contracts.usage.UsageEvent.RequestClass.FREE;
import static dev.mayfly.objects.protocol.S3Operation.Access.LOOK;
import static dev.mayfly.objects.protocol.S3Operation.Access.READ;
import static dev.mayfly.objects.protocol.S3Operation.Access.WRITE;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.usage.UsageEvent.RequestClass;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Every operation of S3: how its requests look, what a caller must be allowed to use it, and how it is priced. Those that
 * no {@link Handler} serves are refused by name.
 */
public enum S3Operation {
    /** What a browser asks before it sends a request of another site's page; no operation of S3's reference. */
    PREFLIGHT("OPTIONS /{Bucket}", LOOK, B),
    LIST_BUCKETS("GET /", LOOK, A),
    LIST_DIRECTORY_BUCKETS("GET /?max-directory-buckets", LOOK, A),
    WRITE_GET_OBJECT_RESPONSE("POST /WriteGetObjectResponse", WRITE, A),
    CREATE_BUCKET("PUT /{Bucket}", WRITE, A),
    CREATE_BUCKET_METADATA_CONFIGURATION("POST /{Bucket}?metadataConfiguration", WRITE, A),
    CREATE_BUCKET_METADATA_TABLE_CONFIGURATION("POST /{Bucket}?metadataTable", WRITE, A),
    CREATE_SESSION("GET /{Bucket}?session", LOOK, B),
    DELETE_BUCKET("DELETE /{Bucket}", WRITE, FREE),
    DELETE_BUCKET_ANALYTICS_CONFIGURATION("DELETE /{Bucket}?analytics", WRITE, FREE),
    DELETE_BUCKET_CORS("DELETE /{Bucket}?cors", WRITE, FREE),
    DELETE_BUCKET_ENCRYPTION("DELETE /{Bucket}?encryption", WRITE, FREE),
    DELETE_BUCKET_INTELLIGENT_TIERING_CONFIGURATION("DELETE /{Bucket}?intelligent-tiering", WRITE, FREE),
    DELETE_BUCKET_INVENTORY_CONFIGURATION("DELETE /{Bucket}?inventory", WRITE, FREE),
    DELETE_BUCKET_LIFECYCLE("DELETE /{Bucket}?lifecycle", WRITE, FREE),
    DELETE_BUCKET_METADATA_CONFIGURATION("DELETE /{Bucket}?metadataConfiguration", WRITE, FREE),
    DELETE_BUCKET_METADATA_TABLE_CONFIGURATION("DELETE /{Bucket}?metadataTable", WRITE, FREE),
    DELETE_BUCKET_METRICS_CONFIGURATION("DELETE /{Bucket}?metrics", WRITE, FREE),
    DELETE_BUCKET_OWNERSHIP_CONTROLS("DELETE /{Bucket}?ownershipControls", WRITE, FREE),
    DELETE_BUCKET_POLICY("DELETE /{Bucket}?policy", WRITE, FREE),
    DELETE_BUCKET_REPLICATION("DELETE /{Bucket}?replication", WRITE, FREE),
    DELETE_BUCKET_TAGGING("DELETE /{Bucket}?tagging", WRITE, FREE),
    DELETE_BUCKET_WEBSITE("DELETE /{Bucket}?website", WRITE, FREE),
    DELETE_OBJECTS("POST /{Bucket}?delete", WRITE, FREE),
    DELETE_PUBLIC_ACCESS_BLOCK("DELETE /{Bucket}?publicAccessBlock", WRITE, FREE),
    GET_BUCKET_ABAC("GET /{Bucket}?abac", LOOK, B),
    GET_BUCKET_ACCELERATE_CONFIGURATION("GET /{Bucket}?accelerate", LOOK, B),
    GET_BUCKET_ACL("GET /{Bucket}?acl", LOOK, B),
    GET_BUCKET_ANALYTICS_CONFIGURATION("GET /{Bucket}?analytics&id", LOOK, B),
    GET_BUCKET_CORS("GET /{Bucket}?cors", LOOK, B),
    GET_BUCKET_ENCRYPTION("GET /{Bucket}?encryption", LOOK, B),
    GET_BUCKET_INTELLIGENT_TIERING_CONFIGURATION("GET /{Bucket}?intelligent-tiering&id", LOOK, B),
    GET_BUCKET_INVENTORY_CONFIGURATION("GET /{Bucket}?inventory&id", LOOK, B),
    GET_BUCKET_LIFECYCLE_CONFIGURATION("GET /{Bucket}?lifecycle", LOOK, B),
    GET_BUCKET_LOCATION("GET /{Bucket}?location", LOOK, B),
    GET_BUCKET_LOGGING("GET /{Bucket}?logging", LOOK, B),
    GET_BUCKET_METADATA_CONFIGURATION("GET /{Bucket}?metadataConfiguration", LOOK, B),
    GET_BUCKET_METADATA_TABLE_CONFIGURATION("GET /{Bucket}?metadataTable", LOOK, B),
    GET_BUCKET_METRICS_CONFIGURATION("GET /{Bucket}?metrics&id", LOOK, B),
    GET_BUCKET_NOTIFICATION_CONFIGURATION("GET /{Bucket}?notification", LOOK, B),
    GET_BUCKET_OWNERSHIP_CONTROLS("GET /{Bucket}?ownershipControls", LOOK, B),
    GET_BUCKET_POLICY("GET /{Bucket}?policy", LOOK, B),
    GET_BUCKET_POLICY_STATUS("GET /{Bucket}?policyStatus", LOOK, B),
    GET_BUCKET_REPLICATION("GET /{Bucket}?replication", LOOK, B),
    GET_BUCKET_REQUEST_PAYMENT("GET /{Bucket}?requestPayment", LOOK, B),
    GET_BUCKET_TAGGING("GET /{Bucket}?tagging", LOOK, B),
    GET_BUCKET_VERSIONING("GET /{Bucket}?versioning", LOOK, B),
    GET_BUCKET_WEBSITE("GET /{Bucket}?website", LOOK, B),
    GET_OBJECT_LOCK_CONFIGURATION("GET /{Bucket}?object-lock", LOOK, B),
    GET_PUBLIC_ACCESS_BLOCK("GET /{Bucket}?publicAccessBlock", LOOK, B),
    HEAD_BUCKET("HEAD /{Bucket}", LOOK, B),
    LIST_BUCKET_ANALYTICS_CONFIGURATIONS("GET /{Bucket}?analytics", LOOK, A),
    LIST_BUCKET_INTELLIGENT_TIERING_CONFIGURATIONS("GET /{Bucket}?intelligent-tiering", LOOK, A),
    LIST_BUCKET_INVENTORY_CONFIGURATIONS("GET /{Bucket}?inventory", LOOK, A),
    LIST_BUCKET_METRICS_CONFIGURATIONS("GET /{Bucket}?metrics", LOOK, A),
    LIST_MULTIPART_UPLOADS("GET /{Bucket}?uploads", LOOK, A),
    LIST_OBJECT_VERSIONS("GET /{Bucket}?versions", LOOK, A),
    LIST_OBJECTS("GET /{Bucket}", LOOK, A),
    LIST_OBJECTS_V2("GET /{Bucket}?list-type=2", LOOK, A),
    POST_OBJECT("POST /{Bucket}", WRITE, A),
    PUT_BUCKET_ABAC("PUT /{Bucket}?abac", WRITE, A),
    PUT_BUCKET_ACCELERATE_CONFIGURATION("PUT /{Bucket}?accelerate", WRITE, A),
    PUT_BUCKET_ACL("PUT /{Bucket}?acl", WRITE, A),
    PUT_BUCKET_ANALYTICS_CONFIGURATION("PUT /{Bucket}?analytics", WRITE, A),
    PUT_BUCKET_CORS("PUT /{Bucket}?cors", WRITE, A),
    PUT_BUCKET_ENCRYPTION("PUT /{Bucket}?encryption", WRITE, A),
    PUT_BUCKET_INTELLIGENT_TIERING_CONFIGURATION("PUT /{Bucket}?intelligent-tiering", WRITE, A),
    PUT_BUCKET_INVENTORY_CONFIGURATION("PUT /{Bucket}?inventory", WRITE, A),
    PUT_BUCKET_LIFECYCLE_CONFIGURATION("PUT /{Bucket}?lifecycle", WRITE, A),
    PUT_BUCKET_LOGGING("PUT /{Bucket}?logging", WRITE, A),
    PUT_BUCKET_METRICS_CONFIGURATION("PUT /{Bucket}?metrics", WRITE, A),
    PUT_BUCKET_NOTIFICATION_CONFIGURATION("PUT /{Bucket}?notification", WRITE, A),
    PUT_BUCKET_OWNERSHIP_CONTROLS("PUT /{Bucket}?ownershipControls", WRITE, A),
    PUT_BUCKET_POLICY("PUT /{Bucket}?policy", WRITE, A),
    PUT_BUCKET_REPLICATION("PUT /{Bucket}?replication", WRITE, A),
    PUT_BUCKET_REQUEST_PAYMENT("PUT /{Bucket}?requestPayment", WRITE, A),
    PUT_BUCKET_TAGGING("PUT /{Bucket}?tagging", WRITE, A),
    PUT_BUCKET_VERSIONING("PUT /{Bucket}?versioning", WRITE, A),
    PUT_BUCKET_WEBSITE("PUT /{Bucket}?website", WRITE, A),
    PUT_OBJECT_LOCK_CONFIGURATION("PUT /{Bucket}?object-lock", WRITE, A),
    PUT_PUBLIC_ACCESS_BLOCK("PUT /{Bucket}?publicAccessBlock", WRITE, A),
    UPDATE_BUCKET_METADATA_INVENTORY_TABLE_CONFIGURATION("PUT /{Bucket}?metadataInventoryTable", WRITE, A),
    UPDATE_BUCKET_METADATA_JOURNAL_TABLE_CONFIGURATION("PUT /{Bucket}?metadataJournalTable", WRITE, A),
    PUT_OBJECT("PUT /{Bucket}/{Key+}", WRITE, A),
    ABORT_MULTIPART_UPLOAD("DELETE /{Bucket}/{Key+}?uploadId", WRITE, FREE),
    COMPLETE_MULTIPART_UPLOAD("POST /{Bucket}/{Key+}?uploadId", WRITE, A),
    COPY_OBJECT("PUT /{Bucket}/{Key+}", WRITE, A),
    CREATE_MULTIPART_UPLOAD("POST /{Bucket}/{Key+}?uploads", WRITE, A),
    DELETE_OBJECT("DELETE /{Bucket}/{Key+}", WRITE, FREE),
    DELETE_OBJECT_TAGGING("DELETE /{Bucket}/{Key+}?tagging", WRITE, FREE),
    GET_OBJECT("GET /{Bucket}/{Key+}", READ, B),
    GET_OBJECT_ACL("GET /{Bucket}/{Key+}?acl", LOOK, B),
    GET_OBJECT_ATTRIBUTES("GET /{Bucket}/{Key+}?attributes", LOOK, B),
    GET_OBJECT_LEGAL_HOLD("GET /{Bucket}/{Key+}?legal-hold", LOOK, B),
    GET_OBJECT_RETENTION("GET /{Bucket}/{Key+}?retention", LOOK, B),
    GET_OBJECT_TAGGING("GET /{Bucket}/{Key+}?tagging", LOOK, B),
    GET_OBJECT_TORRENT("GET /{Bucket}/{Key+}?torrent", READ, B),
    HEAD_OBJECT("HEAD /{Bucket}/{Key+}", LOOK, B),
    LIST_PARTS("GET /{Bucket}/{Key+}?uploadId", LOOK, A),
    PUT_OBJECT_ACL("PUT /{Bucket}/{Key+}?acl", WRITE, A),
    PUT_OBJECT_LEGAL_HOLD("PUT /{Bucket}/{Key+}?legal-hold", WRITE, A),
    PUT_OBJECT_RETENTION("PUT /{Bucket}/{Key+}?retention", WRITE, A),
    PUT_OBJECT_TAGGING("PUT /{Bucket}/{Key+}?tagging", WRITE, A),
    RENAME_OBJECT("PUT /{Bucket}/{Key+}?renameObject", WRITE, A),
    RESTORE_OBJECT("POST /{Bucket}/{Key+}?restore", WRITE, A),
    SELECT_OBJECT_CONTENT("POST /{Bucket}/{Key+}?select", READ, A),
    UPDATE_OBJECT_ENCRYPTION("PUT /{Bucket}/{Key+}?encryption", WRITE, A),
    UPLOAD_PART("PUT /{Bucket}/{Key+}?partNumber&uploadId", WRITE, A),
    UPLOAD_PART_COPY("PUT /{Bucket}/{Key+}?partNumber&uploadId", WRITE, A);

    /** What a key's role must allow. */
    enum Access {
        /** Names, sizes and settings, but no bytes of objects. */
        LOOK,
        READ,
        WRITE
    }

    private final String title;
    private final String request;
    private final Access access;
    private final RequestClass requestClass;

    S3Operation(String request, Access access, RequestClass requestClass) {
        this.title = Arrays.stream(name().split("_", -1))
                .map(word -> word.charAt(0) + word.substring(1).toLowerCase(java.util.Locale.ROOT))
                .collect(Collectors.joining());
        this.request = request;
        this.access = access;
        this.requestClass = requestClass;
    }

    /** S3's name. */
    public String title() {
        return title;
    }

    /** Method and path as S3's reference has them, with the query parameters that tell it from others. */
    public String request() {
        return request;
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
