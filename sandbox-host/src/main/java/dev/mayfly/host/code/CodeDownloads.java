package dev.mayfly.host.code;

import dev.mayfly.contracts.function.CodeStorage;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.host.HostProperties;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Brings what was deployed from the code bucket, and believes its digest only. */
@Component
class CodeDownloads {
    private final HostProperties properties;
    private final HttpClient http;
    private final Vouching vouching;

    CodeDownloads(HostProperties properties, HttpClient http, Vouching vouching) {
        this.properties = properties;
        this.http = http;
        this.vouching = vouching;
    }

    /** @throws IOException when it cannot be fetched or is not what was deployed */
    Path fetch(String sha256, Path file) throws IOException, InterruptedException {
        var voucher = new Voucher(
                "sandbox-host",
                CodeStorage.SYSTEM_ACCOUNT,
                null,
                Role.OWNER,
                null,
                UUID.randomUUID().toString(),
                CodeStorage.target(sha256),
                null,
                vouching.expiry());
        var request = HttpRequest.newBuilder(URI.create(properties.services().objects() + "/s3"))
                .header(Voucher.HEADER, vouching.issue(voucher))
                .timeout(properties.code().fetchTimeout())
                .build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofFile(file));
        if (answer.statusCode() != 200) {
            throw new IOException("The object store answered " + answer.statusCode() + " for the code " + sha256);
        }
        if (!digest(file).equals(sha256)) {
            throw new IOException("The object store holds other bytes than were deployed as " + sha256);
        }
        return file;
    }

    private static String digest(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var sha256 = newSha256();
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                sha256.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(sha256.digest());
        }
    }

    static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java runtime has no SHA-256", e);
        }
    }
}
