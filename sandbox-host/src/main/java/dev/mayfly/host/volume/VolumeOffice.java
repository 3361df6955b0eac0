package dev.mayfly.host.volume;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.contracts.volume.VolumeGrant;
import dev.mayfly.contracts.volume.VolumeOrders;
import dev.mayfly.contracts.volume.VolumeReport;
import dev.mayfly.host.HostProperties;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;

/** The service that keeps the list of volumes. */
@Component
class VolumeOffice {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String ISSUER = "sandbox-host";

    private final HostProperties properties;
    private final HttpClient http;
    private final Vouching vouching;

    VolumeOffice(HostProperties properties, HttpClient http, Vouching vouching) {
        this.properties = properties;
        this.http = http;
        this.vouching = vouching;
    }

    /**
     * Asks to mount a volume, which makes it when it is new.
     *
     * @throws VolumeException when it may not be mounted now, with the reason
     * @throws IOException when the service does not answer
     */
    VolumeGrant grant(VolumeKey key) throws VolumeException, IOException, InterruptedException {
        var answer = send(key.accountId(), VolumeGrant.PATH + key, "PUT", new byte[0]);
        return switch (answer.statusCode()) {
            case 200 -> Json.read(answer.body(), VolumeGrant.class);
            case 409 -> throw new VolumeException(detail(answer.body()));
            default -> throw unexpected(answer);
        };
    }

    VolumeOrders report(VolumeReport report) throws IOException, InterruptedException {
        var answer = send("000000000000", VolumeReport.PATH, "POST", Json.bytes(report));
        if (answer.statusCode() != 200) {
            throw unexpected(answer);
        }
        return Json.read(answer.body(), VolumeOrders.class);
    }

    /** Nothing of the volume is left. */
    void deleted(VolumeKey key) throws IOException, InterruptedException {
        var answer = send(key.accountId(), VolumeGrant.PATH + key, "DELETE", new byte[0]);
        if (answer.statusCode() != 204) {
            throw unexpected(answer);
        }
    }

    private HttpResponse<byte[]> send(String account, String path, String method, byte[] body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(properties.services().objects() + path))
                .header(Voucher.HEADER, vouching.issueForService(ISSUER, account))
                .header("Content-Type", "application/json")
                .timeout(PATIENCE)
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    private static IOException unexpected(HttpResponse<byte[]> answer) {
        return new IOException("The object store answered " + answer.statusCode() + " when asked about a volume");
    }

    private static String detail(byte[] problem) {
        try {
            return Json.mapper().readTree(problem).path("detail").asString("It may not be mounted now");
        } catch (JacksonException e) {
            return "It may not be mounted now";
        }
    }
}
