package dev.mayfly.objects.site;

import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.S3Target;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request of a browser.
 *
 * @param key what the path names, decoded and without its first slash
 */
public record Visit(HttpServletRequest http, Voucher voucher, Bucket bucket, String key) {
    private static final String HOST = "X-Mayfly-Host";

    boolean isHead() {
        return http.getMethod().equals("HEAD");
    }

    boolean isRead() {
        return isHead() || http.getMethod().equals("GET");
    }

    boolean hasRange() {
        return http.getHeader("range") != null;
    }

    /** As the browser named the host of this site. */
    String host() {
        String host = http.getHeader(HOST);
        return host == null || !host.matches("[A-Za-z0-9._:-]{1,255}") ? bucket.name() : host;
    }

    Encodings encodings() {
        return Encodings.of(http.getHeader("accept-encoding"));
    }

    @Nullable
    String header(String name) {
        return http.getHeader(name);
    }

    /** The reading of an object that this visit amounts to, on the bucket owner's bill. */
    public S3Request reading(String object) {
        return request(http, object);
    }

    /** As {@link #reading}, in nobody's name, for those who decide. */
    S3Request asking(String object) {
        return new S3Request(http, voucher, new S3Target(bucket.name(), object, Map.of()), S3Operation.GET_OBJECT);
    }

    /** As {@link #reading}, of the whole object. */
    S3Request readingWhole(String object) {
        return request(new Without(http, Set.of("range")), object);
    }

    /** As {@link #readingWhole}, whatever the browser has already. */
    S3Request readingAnyway(String object) {
        return request(
                new Without(
                        http, Set.of("range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since")),
                object);
    }

    private S3Request request(HttpServletRequest source, String object) {
        var owner = new Voucher(
                voucher.issuer(),
                bucket.accountId(),
                voucher.accessKeyId(),
                voucher.role(),
                null,
                voucher.requestId(),
                voucher.target(),
                voucher.payload(),
                voucher.expiresAt());
        var target = new S3Target(bucket.name(), object, Map.of());
        return new S3Request(source, owner, target, S3Operation.GET_OBJECT);
    }

    private static final class Without extends HttpServletRequestWrapper {
        private final Set<String> hidden;

        private Without(HttpServletRequest request, Set<String> hidden) {
            super(request);
            this.hidden = hidden;
        }

        @Override
        public @Nullable String getHeader(String name) {
            return hidden.contains(name.toLowerCase(Locale.ROOT)) ? null : super.getHeader(name);
        }
    }
}
