package dev.mayfly.invoker.queue;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.queue.QueuedEvent;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Puts records into customers' buckets, in the name of the function's account. Thread-safe; blocks. */
final class ObjectStoreWriter implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int OK = 200;

    private final URI objects;
    private final Vouching vouching;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    ObjectStoreWriter(URI objects, Vouching vouching) {
        this.objects = objects;
        this.vouching = vouching;
    }

    Destinations.Carried put(String bucket, String key, QueuedEvent outcome) throws InterruptedException {
        var voucher = new Voucher(
                "invoker-service",
                outcome.accountId(),
                null,
                Role.OWNER,
                null,
                outcome.requestId(),
                "/" + bucket + "/" + key,
                null,
                vouching.expiry());
        var request = HttpRequest.newBuilder(URI.create(objects + "/s3"))
                .timeout(LIMIT)
                .header(Voucher.HEADER, vouching.issue(voucher))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(outcome.payload()));
        var delivery = Objects.requireNonNull(outcome.delivery());
        metadata(request, "requestid", delivery.about());
        metadata(request, "errorcode", delivery.errorCode());
        metadata(request, "errormessage", delivery.errorMessage());
        try {
            var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == OK
                    ? new Destinations.Carried.Done()
                    : new Destinations.Carried.NotNow(
                            "The object store answered " + answer.statusCode() + " for bucket " + bucket);
        } catch (IOException e) {
            return new Destinations.Carried.NotNow("The object store does not answer: " + e);
        }
    }

    private static void metadata(HttpRequest.Builder request, String name, @Nullable String value) {
        if (value != null) {
            String ascii = new String(value.getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII);
            request.header("x-amz-meta-" + name, ascii.replaceAll("[^ -~]", "?"));
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
