package dev.mayfly.invoker.objects;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/** Puts JSON documents into customers' buckets, in the name of their account. Thread-safe; blocks. */
public final class Buckets implements AutoCloseable {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);

    private final URI objects;
    private final Vouching vouching;
    private final Duration limit;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(CONNECT_LIMIT).build();

    /**
     * @param objects where the object store is
     * @param limit for each document
     */
    public Buckets(URI objects, Vouching vouching, Duration limit) {
        this.objects = objects;
        this.vouching = vouching;
        this.limit = limit;
    }

    /**
     * One object to be.
     *
     * @param accountId whose bucket it is
     * @param requestId of this write
     * @param metadata that the object has, in ASCII
     */
    public record Document(
            String accountId, String requestId, String bucket, String key, Map<String, String> metadata, byte[] json) {}

    /**
     * Puts it.
     *
     * @return what the store answers: 200 when it has the document
     * @throws IOException when the store does not answer
     */
    public int put(Document document) throws IOException, InterruptedException {
        // The store goes by what the voucher names, as it does for requests that come through the gateway.
        var voucher = new Voucher(
                "invoker-service",
                document.accountId(),
                null,
                Role.OWNER,
                null,
                document.requestId(),
                "/" + document.bucket() + "/" + document.key(),
                null,
                vouching.expiry());
        var request = HttpRequest.newBuilder(URI.create(objects + "/s3"))
                .timeout(limit)
                .header(Voucher.HEADER, vouching.issue(voucher))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(document.json()));
        document.metadata().forEach((name, value) -> request.header("x-amz-meta-" + name, value));
        return http.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
