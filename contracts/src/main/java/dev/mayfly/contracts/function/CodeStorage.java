package dev.mayfly.contracts.function;

/** Where deployed code lies in the object store: content-addressed, so equal zips are stored once. */
public final class CodeStorage {
    /** The account that owns Mayfly's own buckets. Not 12 digits, so that it can be no customer's. It is never billed. */
    public static final String SYSTEM_ACCOUNT = "mayfly-system";

    /** The bucket; the object store makes it at its start. */
    public static final String BUCKET = "mayfly-function-code";

    private CodeStorage() {}

    /** The request target of the zip with this digest (hex SHA-256). */
    public static String target(String codeSha256) {
        return "/" + BUCKET + "/sha256/" + codeSha256;
    }
}
