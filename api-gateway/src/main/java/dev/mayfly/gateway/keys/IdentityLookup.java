package dev.mayfly.gateway.keys;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.identity.AccessKeyRecord;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.gateway.GatewaySettings;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/** Asks identity-service for one key. Bounded, so that made-up key ids cannot drown it. */
@Component
class IdentityLookup {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MAX_AT_ONCE = 64;

    private final HttpClient client;
    private final Vouching vouching;
    private final AtomicInteger running = new AtomicInteger();

    IdentityLookup(HttpClient client, GatewaySettings settings, Vouching vouching) {
        URI identity = settings.services().identity();
        this.client = client.baseUrl(identity.toString()).responseTimeout(PATIENCE);
        this.vouching = vouching;
    }

    /** The key's record; empty when there is none; an {@link IOException} when nobody answers. */
    Mono<AccessKeyRecord> find(String accessKeyId) {
        if (running.incrementAndGet() > MAX_AT_ONCE) {
            running.decrementAndGet();
            return Mono.error(new IOException("too many look-ups of unknown access keys at once"));
        }
        String voucher = vouching.issueForService("api-gateway", "mayfly-system");
        return client.headers(headers -> headers.set(Voucher.HEADER, voucher))
                .get()
                .uri("/internal/access-keys/" + accessKeyId)
                .responseSingle((response, body) -> switch (response.status().code()) {
                    case 200 -> body.asByteArray().map(json -> Json.read(json, AccessKeyRecord.class));
                    case 404 -> Mono.<AccessKeyRecord>empty();
                    default ->
                        Mono.<AccessKeyRecord>error(new IOException("identity-service answered " + response.status()));
                })
                .doFinally(end -> running.decrementAndGet());
    }
}
