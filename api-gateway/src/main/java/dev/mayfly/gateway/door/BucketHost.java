package dev.mayfly.gateway.door;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Buckets in host names: S3's virtual-host style. */
final class BucketHost {
    private BucketHost() {}

    /**
     * The bucket that a host name carries before one of {@code domains}: {@code photos.localhost:8080},
     * {@code photos.s3.localhost}, {@code photos.s3.eu-west-1.localhost}. Null when it carries none.
     */
    static @Nullable String bucketOf(@Nullable String host, List<String> domains) {
        if (host == null) {
            return null;
        }
        int colon = host.lastIndexOf(':');
        int end = colon >= 0 && host.indexOf(']', colon) < 0 ? colon : host.length();
        for (int i = 0; i < domains.size(); i++) {
            String domain = domains.get(i);
            int dot = end - domain.length() - 1;
            if (dot > 0 && host.charAt(dot) == '.' && host.regionMatches(true, dot + 1, domain, 0, domain.length())) {
                return bucketIn(host.substring(0, dot));
            }
        }
        return null;
    }

    private static @Nullable String bucketIn(String labels) {
        if (labels.equals("s3") || labels.startsWith("s3.")) {
            return null;
        }
        int s3 = labels.lastIndexOf(".s3");
        boolean endpoint = s3 > 0
                && (s3 + 3 == labels.length() || labels.charAt(s3 + 3) == '.' && labels.indexOf('.', s3 + 4) < 0);
        return endpoint ? labels.substring(0, s3) : labels;
    }

    /** The path-style target of a virtual-host style one. */
    static String pathStyle(String bucket, String target) {
        if (target.equals("/")) {
            return "/" + bucket;
        }
        return target.startsWith("/?") ? "/" + bucket + target.substring(1) : "/" + bucket + target;
    }
}
