package dev.mayfly.gateway.door;

import dev.mayfly.gateway.refusal.Dialect;
import dev.mayfly.gateway.signature.RequestHead;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerRequest;

/**
 * A request at the door, looked at and not yet believed.
 *
 * @param target raw, in origin form
 * @param bucket carried by the host name, or null
 * @param site whether it is to be served as a web site
 */
record Inquiry(
        HttpServerRequest http,
        RequestHead head,
        String target,
        Dialect dialect,
        @Nullable String authorization,
        @Nullable String bucket,
        boolean site,
        String requestId) {
    static final String ATTRIBUTE = Inquiry.class.getName();

    /** The target as S3 in path style would have it. */
    String pathStyleTarget() {
        return bucket == null ? target : BucketHost.pathStyle(bucket, target);
    }

    /** Bytes announced, or -1. */
    long contentLength() {
        @Nullable String length = head.headers().get("content-length");
        if (length == null) {
            return -1;
        }
        try {
            return Long.parseLong(length);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    boolean hasBody() {
        return contentLength() > 0 || head.headers().contains("transfer-encoding");
    }
}
