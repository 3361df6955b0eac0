package dev.mayfly.objects.post;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.identity.FormSignature;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.identity.SessionCredentials;
import dev.mayfly.contracts.trust.InvalidSealException;
import dev.mayfly.contracts.trust.Sealer;
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
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Finds out who signed a form's policy. Secrets stay where they are: identity-service is asked whether the signature is right. */
@Component
final class FormSigners {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final URI identity;
    private final Sealer trustKey;
    private final Vouching vouching;
    private final String region;
    private final Clock clock;

    FormSigners(MayflyProperties mayfly, Vouching vouching, Clock clock) {
        this.identity = mayfly.services().identity();
        this.trustKey = Sealer.of(mayfly.trustKey());
        this.region = mayfly.region();
        this.vouching = vouching;
        this.clock = clock;
    }

    /** @throws S3Exception AccessDenied, InvalidArgument, InvalidAccessKeyId, SignatureDoesNotMatch, ExpiredToken */
    Voucher signer(MultipartForm form, String policy, Voucher nobody) throws IOException {
        FormSignature signature = signature(form, policy);
        String token = form.field("x-amz-security-token");
        return token == null ? ofKey(signature, nobody) : ofSession(signature, token, nobody);
    }

    private FormSignature signature(MultipartForm form, String policy) {
        String algorithm = form.field("x-amz-algorithm");
        if (algorithm == null) {
            return new FormSignature(require(form, "AWSAccessKeyId"), policy, null, require(form, "signature"));
        }
        if (!algorithm.equals("AWS4-HMAC-SHA256")) {
            throw S3Exception.invalidArgument("x-amz-algorithm", algorithm, "Only AWS4-HMAC-SHA256 is supported");
        }
        String[] scope = require(form, "x-amz-credential").split("/");
        if (scope.length != 5
                || !scope[2].equals(region)
                || !scope[3].equals("s3")
                || !scope[4].equals("aws4_request")
                || !require(form, "x-amz-date").startsWith(scope[1])) {
            throw S3Exception.invalidArgument(
                    "x-amz-credential", String.join("/", scope), "Error parsing the X-Amz-Credential parameter");
        }
        return new FormSignature(
                scope[0],
                policy,
                new FormSignature.Scope(scope[1], scope[2], scope[3]),
                require(form, "x-amz-signature"));
    }

    private static String require(MultipartForm form, String name) {
        String value = form.field(name);
        if (value == null) {
            throw S3Exception.invalidArgument(
                    name,
                    "",
                    "Bucket POST must contain a field named '" + name
                            + "'.  If it is specified, please check the order of the fields.");
        }
        return value;
    }

    private Voucher ofSession(FormSignature signature, String token, Voucher nobody) {
        SessionCredentials session;
        try {
            session = SessionCredentials.open(token, trustKey);
        } catch (InvalidSealException e) {
            throw new S3Exception(S3Error.INVALID_TOKEN);
        }
        if (!session.accessKeyId().equals(signature.accessKeyId())) {
            throw new S3Exception(S3Error.INVALID_TOKEN);
        }
        if (clock.instant().isAfter(session.expiresAt())) {
            throw new S3Exception(S3Error.EXPIRED_TOKEN);
        }
        if (!signature.isBy(session.secretAccessKey())) {
            throw new S3Exception(S3Error.SIGNATURE_DOES_NOT_MATCH);
        }
        return voucher(session.accountId(), session.accessKeyId(), session.role(), session.functionArn(), nobody);
    }

    private Voucher ofKey(FormSignature signature, Voucher nobody) throws IOException {
        var request = HttpRequest.newBuilder(identity.resolve("/internal/access-keys/signatures"))
                .header(
                        Voucher.HEADER,
                        vouching.issueForService("object-store-service", "000000000000", nobody.requestId()))
                .header("Content-Type", "application/json")
                .timeout(PATIENCE)
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(signature)))
                .build();
        try {
            HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return switch (answer.statusCode()) {
                case 200 -> {
                    var signer = Json.read(answer.body(), FormSignature.Signer.class);
                    yield voucher(signer.accountId(), signature.accessKeyId(), signer.role(), null, nobody);
                }
                case 403 -> throw new S3Exception(S3Error.SIGNATURE_DOES_NOT_MATCH);
                case 404 -> throw new S3Exception(S3Error.INVALID_ACCESS_KEY_ID);
                default -> throw new IOException("identity-service answered " + answer.statusCode());
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static Voucher voucher(String account, String key, Role role, @Nullable String function, Voucher nobody) {
        return new Voucher(
                nobody.issuer(),
                account,
                key,
                role,
                function,
                nobody.requestId(),
                nobody.target(),
                nobody.payload(),
                nobody.expiresAt());
    }
}
