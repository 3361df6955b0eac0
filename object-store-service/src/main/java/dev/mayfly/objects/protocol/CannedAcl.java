package dev.mayfly.objects.protocol;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.util.Locale;
import java.util.Set;

/** Buckets belong to their owner alone, as with S3's setting "bucket owner enforced". */
public final class CannedAcl {
    private static final Set<String> HARMLESS = Set.of("private", "bucket-owner-full-control", "bucket-owner-read");

    private CannedAcl() {}

    /** @throws S3Exception AccessControlListNotSupported when the request would let others in */
    public static void check(S3Request request) {
        String canned = request.header("x-amz-acl");
        boolean harmless = canned == null || HARMLESS.contains(canned);
        if (!harmless
                || request.headerNames().stream()
                        .anyMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("x-amz-grant-"))) {
            throw new S3Exception(S3Error.ACL_NOT_SUPPORTED);
        }
    }
}
