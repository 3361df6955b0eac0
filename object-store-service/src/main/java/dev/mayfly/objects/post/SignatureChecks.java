package dev.mayfly.objects.post;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.identity.FormSignature;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.objects.MayflyProperties;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** Asks identity-service whether signatures are right. Bounded, so that made-up key ids cannot drown it. */
@Component
final class SignatureChecks {
    private static final int MAX_AT_ONCE = 64;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration UNKNOWN_FOR = Duration.ofSeconds(5);
    private static final int MAX_UNKNOWN = 10_000;
    private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9_]{16,128}");

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final Semaphore running;
    private final Cache<String, Boolean> unknown = Caffeine.newBuilder()
            .maximumSize(MAX_UNKNOWN)
            .expireAfterWrite(UNKNOWN_FOR)
            .build();
    private final URI checks;
    private final Vouching vouching;

    @Autowired
    SignatureChecks(MayflyProperties mayfly, Vouching vouching) {
        this(mayfly, vouching, MAX_AT_ONCE);
    }

    /** @param atOnce how many are asked about at once */
    SignatureChecks(MayflyProperties mayfly, Vouching vouching, int atOnce) {
        this.running = new Semaphore(atOnce);
        this.checks = mayfly.services().identity().resolve("/internal/access-keys/signatures");
        this.vouching = vouching;
    }

    /**
     * Whose key it is.
     *
     * @throws S3Exception InvalidAccessKeyId, SignatureDoesNotMatch; SlowDown when too many are asked about at once
     */
    FormSignature.Signer signer(FormSignature signature, String requestId) throws IOException {
        String key = signature.accessKeyId();
        if (!KEY_ID.matcher(key).matches() || unknown.getIfPresent(key) != null) {
            throw new S3Exception(S3Error.INVALID_ACCESS_KEY_ID);
        }
        if (!running.tryAcquire()) {
            throw new S3Exception(S3Error.SLOW_DOWN).with(Map.of("Retry-After", "1"));
        }
        try {
            return ask(signature, requestId);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } finally {
            running.release();
        }
    }

    private FormSignature.Signer ask(FormSignature signature, String requestId)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(checks)
                .header(Voucher.HEADER, vouching.issueForService("object-store-service", "000000000000", requestId))
                .header("Content-Type", "application/json")
                .timeout(PATIENCE)
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(signature)))
                .build();
        HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        return switch (answer.statusCode()) {
            case 200 -> Json.read(answer.body(), FormSignature.Signer.class);
            case 403 -> throw new S3Exception(S3Error.SIGNATURE_DOES_NOT_MATCH);
            case 404 -> {
                unknown.put(signature.accessKeyId(), true);
                throw new S3Exception(S3Error.INVALID_ACCESS_KEY_ID);
            }
            default -> throw new IOException("identity-service answered " + answer.statusCode());
        };
    }
}
