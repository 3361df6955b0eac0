package dev.mayfly.objects.protocol;

import dev.mayfly.contracts.trust.Voucher;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One request on its way through the store. */
public final class S3Request {
    private final HttpServletRequest http;
    private final Voucher voucher;
    private final S3Target target;
    private final S3Operation operation;
    private final AtomicLong bytesIn;
    private final Map<String, Object> opened;
    private final Map<Class<?>, Object> attached = new HashMap<>();
    private Permissions permissions = (action, key) -> false;

    /** What else the caller may do in the request's bucket. */
    @FunctionalInterface
    public interface Permissions {
        /** @param action e.g. {@code s3:DeleteObject} */
        boolean permit(String action, String key);
    }

    public S3Request(HttpServletRequest http, Voucher voucher, S3Target target, S3Operation operation) {
        this(http, voucher, target, operation, new AtomicLong(), new HashMap<>());
    }

    private S3Request(
            HttpServletRequest http,
            Voucher voucher,
            S3Target target,
            S3Operation operation,
            AtomicLong bytesIn,
            Map<String, Object> opened) {
        this.bytesIn = bytesIn;
        this.opened = opened;
        this.http = http;
        this.voucher = voucher;
        this.target = target;
        this.operation = operation;
    }

    /**
     * The put that this request's form amounts to; what it receives and opens counts for this one too.
     *
     * @param headers in place of this request's own
     */
    public S3Request upload(Voucher sender, String key, Map<String, String> headers, InputStream content) {
        return new S3Request(
                new FormUpload(http, headers, content),
                sender,
                new S3Target(target.bucket(), key, Map.of()),
                operation,
                bytesIn,
                opened);
    }

    /** Whether the length of its body is not announced, and need not be. */
    public boolean mayOmitLength() {
        return voucher.betweenServices() || http instanceof FormUpload;
    }

    /** Notes a bucket that the caller has been let into. */
    public void opened(String name, Object bucket, Permissions allowed) {
        opened.put(name, bucket);
        if (name.equals(target.bucket())) {
            permissions = allowed;
        }
    }

    /** The bucket that the caller has been let into, or null. */
    public @Nullable Object opened(String name) {
        return opened.get(name);
    }

    /** Notes what was found out about the request on its way. */
    public void attach(Object finding) {
        attached.put(finding.getClass(), finding);
    }

    /** What was noted by {@link #attach}, or null. */
    public <T> @Nullable T attached(Class<T> type) {
        return type.cast(attached.get(type));
    }

    /** Whether the caller may do that in the request's bucket too, for requests that are about several objects. */
    public boolean permits(String action, String key) {
        return permissions.permit(action, key);
    }

    public Voucher voucher() {
        return voucher;
    }

    public String accountId() {
        return voucher.accountId();
    }

    public String requestId() {
        return voucher.requestId();
    }

    public S3Target target() {
        return target;
    }

    public String bucket() {
        return target.bucket();
    }

    public String key() {
        return target.key();
    }

    public S3Operation operation() {
        return operation;
    }

    /** The HTTP method. */
    public String method() {
        return http.getMethod();
    }

    public @Nullable String query(String name) {
        return target.get(name);
    }

    /** The query parameter, or empty where there is none. */
    public String queryOrEmpty(String name) {
        String value = target.get(name);
        return value == null ? "" : value;
    }

    /** Where the client is, as the gateway saw it. */
    public @Nullable String sourceIp() {
        return http.getHeader("X-Mayfly-Source-Ip");
    }

    /** How the client proved who it is, in S3's words, or null when it did not. */
    public @Nullable String authType() {
        if (voucher.isAnonymous()) {
            return null;
        }
        if (http instanceof FormUpload) {
            return "POST";
        }
        return target.has("X-Amz-Signature") || target.has("Signature") ? "REST-QUERY-STRING" : "REST-HEADER";
    }

    public @Nullable String header(String name) {
        return http.getHeader(name);
    }

    /** All values of that header, with commas between them; empty where there is none. */
    public String headers(String name) {
        return String.join(",", Collections.list(http.getHeaders(name)));
    }

    public List<String> headerNames() {
        return Collections.list(http.getHeaderNames());
    }

    /** Bytes announced, -1 when none are. */
    public long contentLength() {
        return http.getContentLengthLong();
    }

    public InputStream body() throws IOException {
        return http.getInputStream();
    }

    /** Counts what came in, for the meter. */
    public void received(long bytes) {
        bytesIn.addAndGet(bytes);
    }

    public long bytesIn() {
        return bytesIn.get();
    }
}
