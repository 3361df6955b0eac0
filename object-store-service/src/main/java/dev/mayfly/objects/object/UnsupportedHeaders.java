package dev.mayfly.objects.object;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.S3Request;
import java.util.List;
import java.util.Set;

/** Refuses what a write asks for and would not get: to ignore it in silence would be a lie. */
public final class UnsupportedHeaders {
    private static final List<String> REFUSED =
            List.of("x-amz-server-side-encryption-context", "x-amz-write-offset-bytes");

    /** Those that promise no more than STANDARD keeps. */
    private static final Set<String> STORAGE_CLASSES =
            Set.of("STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING");

    private UnsupportedHeaders() {}

    /** @throws S3Exception NotImplemented or InvalidStorageClass */
    public static void check(S3Request request) {
        for (String name : REFUSED) {
            String value = request.header(name);
            if (value != null && !value.isEmpty() && !value.equals("OFF")) {
                throw S3Exception.notImplemented("The header " + name);
            }
        }
        String storageClass = request.header("x-amz-storage-class");
        if (storageClass != null && !STORAGE_CLASSES.contains(storageClass)) {
            throw new S3Exception(S3Error.INVALID_STORAGE_CLASS);
        }
    }
}
