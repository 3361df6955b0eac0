package dev.mayfly.gateway.keys;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mayfly.contracts.identity.SessionCredentials;
import dev.mayfly.contracts.trust.InvalidSealException;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.gateway.refusal.Refusal;
import dev.mayfly.gateway.refusal.RefusedException;
import dev.mayfly.gateway.signature.SigningSecret;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Component;

/** The credentials of functions: all of them is in the sealed session token. */
@Component
public class Sessions {
    private final Sealer trustKey;
    private final Clock clock;
    private final Cache<String, Credential> opened = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterAccess(Duration.ofMinutes(10))
            .build();

    Sessions(@Qualifier("trustKey") Sealer trustKey, Clock clock) {
        this.trustKey = trustKey;
        this.clock = clock;
    }

    /** The credential that {@code token} stands for, which must be that of {@code accessKeyId}. */
    public Credential open(String token, String accessKeyId) throws RefusedException {
        Credential credential = opened.getIfPresent(token);
        if (credential == null) {
            credential = read(token);
            opened.put(token, credential);
        }
        if (!credential.accessKeyId().equals(accessKeyId)) {
            throw invalid();
        }
        @Nullable Instant end = credential.expiresAt();
        if (end == null || clock.instant().isAfter(end)) {
            throw new RefusedException(Refusal.EXPIRED_TOKEN, "The security token included in the request is expired");
        }
        return credential;
    }

    private Credential read(String token) throws RefusedException {
        try {
            var session = SessionCredentials.open(token, trustKey);
            return new Credential(
                    session.accessKeyId(),
                    session.accountId(),
                    session.role(),
                    session.functionArn(),
                    session.expiresAt(),
                    new SigningSecret(session.secretAccessKey()));
        } catch (InvalidSealException e) {
            throw invalid();
        }
    }

    private static RefusedException invalid() {
        return new RefusedException(Refusal.INVALID_TOKEN, "The security token included in the request is invalid.");
    }
}
