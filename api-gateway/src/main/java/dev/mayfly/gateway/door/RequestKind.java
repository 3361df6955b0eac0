package dev.mayfly.gateway.door;

import dev.mayfly.gateway.refusal.Dialect;
import dev.mayfly.gateway.signature.LegacyPresign;
import dev.mayfly.gateway.signature.RequestHead;
import dev.mayfly.gateway.signature.SignatureClaim;
import org.jspecify.annotations.Nullable;

/** Tells from a request's head alone which protocol it speaks, whether or not it is signed well. */
final class RequestKind {
    /** {@code /2015-03-31}. */
    static final int API_VERSION_LENGTH = 11;

    private static final String CREDENTIAL = "Credential=";

    private RequestKind() {}

    /** @param virtualHost whether the host name carries a bucket's name */
    static Dialect of(RequestHead head, @Nullable String authorization, boolean virtualHost) {
        if (!virtualHost && isOwnPath(head.path())) {
            return Dialect.V1;
        }
        @Nullable String service = scopeService(head, authorization);
        if (service == null) {
            return unsigned(head, virtualHost);
        }
        return switch (service) {
            case "s3" -> Dialect.S3;
            case "sts" -> Dialect.STS;
            case "logs" -> Dialect.LOGS;
            default -> Dialect.LAMBDA;
        };
    }

    private static Dialect unsigned(RequestHead head, boolean virtualHost) {
        if (virtualHost) {
            return Dialect.S3;
        }
        if (isLambdaPath(head.path())) {
            return Dialect.LAMBDA;
        }
        @Nullable String contentType = head.headers().get("content-type");
        boolean form = contentType != null && contentType.startsWith("application/x-www-form-urlencoded");
        @Nullable String target = head.headers().get("x-amz-target");
        if (head.path().equals("/") && target != null && target.startsWith("Logs_")) {
            return Dialect.LOGS;
        }
        boolean sts = head.path().equals("/")
                && (form && head.method().equals("POST") || head.query().contains("Action="));
        return sts ? Dialect.STS : Dialect.S3;
    }

    /** A dated API version: {@code /2015-03-31/...}. No bucket can be called that, since more than 2 segments follow. */
    static boolean isLambdaPath(String path) {
        if (path.length() <= API_VERSION_LENGTH || path.charAt(API_VERSION_LENGTH) != '/') {
            return false;
        }
        for (int i = 1; i < API_VERSION_LENGTH; i++) {
            char c = path.charAt(i);
            boolean dash = i == 5 || i == 8;
            if (dash ? c != '-' : c < '0' || c > '9') {
                return false;
            }
        }
        return true;
    }

    private static boolean isOwnPath(String path) {
        return path.startsWith("/v1") && (path.length() == 3 || path.charAt(3) == '/');
    }

    private static @Nullable String scopeService(RequestHead head, @Nullable String authorization) {
        if (authorization != null) {
            int start = authorization.indexOf(CREDENTIAL);
            return start < 0 ? null : fourth(authorization, start + CREDENTIAL.length(), "/");
        }
        if (LegacyPresign.inQuery(head.query())) {
            return "s3";
        }
        if (SignatureClaim.inQuery(head.query())) {
            int start = head.query().indexOf("X-Amz-Credential=");
            if (start < 0) {
                return "s3";
            }
            int from = start + "X-Amz-Credential=".length();
            @Nullable String service = fourth(head.query(), from, "%2F");
            return service != null ? service : fourth(head.query(), from, "/");
        }
        return null;
    }

    private static @Nullable String fourth(String text, int from, String separator) {
        int at = from;
        for (int i = 0; i < 3; i++) {
            at = text.indexOf(separator, at);
            if (at < 0) {
                return null;
            }
            at += separator.length();
        }
        int end = text.indexOf(separator, at);
        return end < 0 ? null : text.substring(at, end);
    }
}
