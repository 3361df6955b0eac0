package dev.mayfly.host.keyvalue;

import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.host.HostProperties;
import dev.mayfly.sandbox.wasm.KeyValueStores;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.springframework.stereotype.Component;

/** Hands guests' requests to the service that keeps keys and values, in the name of their account. */
@Component
public class KeyValueOffice implements KeyValueStores {
    private static final int LARGEST_ANSWER = 16 << 20;

    private final HostProperties properties;
    private final HttpClient http;
    private final Vouching vouching;

    KeyValueOffice(HostProperties properties, HttpClient http, Vouching vouching) {
        this.properties = properties;
        this.http = http;
        this.vouching = vouching;
    }

    @Override
    public byte[] ask(String accountId, byte[] request, Duration within) throws IOException, InterruptedException {
        var answer = http.send(
                HttpRequest.newBuilder(URI.create(properties.services().objects() + "/internal/kv"))
                        .header(Voucher.HEADER, vouching.issueForService("sandbox-host", accountId))
                        .timeout(within)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(request))
                        .build(),
                HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), LARGEST_ANSWER));
        if (answer.statusCode() != 200 || answer.body().length == 0) {
            throw new IOException(
                    "The object store answered " + answer.statusCode() + " for a store of keys and values");
        }
        return answer.body();
    }
}
