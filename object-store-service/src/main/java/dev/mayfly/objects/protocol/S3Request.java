package dev.mayfly.objects.protocol;

import dev.mayfly.contracts.trust.Voucher;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One request on its way through the store. */
public final class S3Request {
    private final HttpServletRequest http;
    private final Voucher voucher;
    private final S3Target target;
    private final S3Operation operation;
    private final AtomicLong bytesIn = new AtomicLong();

    public S3Request(HttpServletRequest http, Voucher voucher, S3Target target, S3Operation operation) {
        this.http = http;
        this.voucher = voucher;
        this.target = target;
        this.operation = operation;
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

    public @Nullable String query(String name) {
        return target.get(name);
    }

    /** The query parameter, or empty where there is none. */
    public String queryOrEmpty(String name) {
        String value = target.get(name);
        return value == null ? "" : value;
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
