package dev.mayfly.objects.post;

import dev.mayfly.contracts.identity.FormSignature;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.identity.SessionCredentials;
import dev.mayfly.contracts.trust.InvalidSealException;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.objects.MayflyProperties;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.quota.RequestRates;
import java.io.IOException;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Finds out who signed a form's policy. Secrets stay where they are: identity-service is asked whether the signature is right. */
@Component
final class FormSigners {
    private final SignatureChecks checks;
    private final RequestRates rates;
    private final Sealer trustKey;
    private final String region;
    private final Clock clock;

    FormSigners(MayflyProperties mayfly, SignatureChecks checks, RequestRates rates, Clock clock) {
        this.checks = checks;
        this.rates = rates;
        this.trustKey = Sealer.of(mayfly.trustKey());
        this.region = mayfly.region();
        this.clock = clock;
    }

    /**
     * Counts the form towards its signer's limit of requests too.
     *
     * @throws S3Exception AccessDenied, InvalidArgument, InvalidAccessKeyId, SignatureDoesNotMatch, ExpiredToken, SlowDown
     */
    Voucher signer(MultipartForm form, String policy, Voucher nobody) throws IOException {
        FormSignature signature = signature(form, policy);
        String token = form.field("x-amz-security-token");
        Voucher signer = token == null ? ofKey(signature, nobody) : ofSession(signature, token, nobody);
        rates.admit(signer);
        return signer;
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
            throw MultipartForm.missing(name);
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
        FormSignature.Signer signer = checks.signer(signature, nobody.requestId());
        return voucher(signer.accountId(), signature.accessKeyId(), signer.role(), null, nobody);
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
