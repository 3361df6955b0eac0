package dev.mayfly.contracts.identity;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.trust.InvalidSealException;
import dev.mayfly.contracts.trust.Sealer;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import tools.jackson.core.JacksonException;

/**
 * Temporary credentials that a sandbox gets for its function. Nothing is stored: the session token is the sealed record
 * itself, so whoever holds the installation's key can check a signature made with it.
 *
 * @param accessKeyId {@code ASIA...}, 20 characters
 * @param secretAccessKey 40 characters
 * @param accountId the function's account
 * @param functionArn the function they were minted for
 */
public record SessionCredentials(
        String accessKeyId,
        String secretAccessKey,
        String accountId,
        Role role,
        String functionArn,
        Instant expiresAt) {

    private static final String CONTEXT = "session-credentials";
    private static final String KEY_ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Fresh credentials, good for {@code lifetime}. A function may do what a deployer may, within its account. */
    public static SessionCredentials mint(String accountId, String functionArn, Duration lifetime, Clock clock) {
        var id = new StringBuilder("ASIA");
        for (int i = 0; i < 16; i++) {
            id.append(KEY_ID_ALPHABET.charAt(RANDOM.nextInt(KEY_ID_ALPHABET.length())));
        }
        byte[] secret = new byte[30];
        RANDOM.nextBytes(secret);
        return new SessionCredentials(
                id.toString(),
                Base64.getEncoder().encodeToString(secret),
                accountId,
                Role.DEPLOYER,
                functionArn,
                clock.instant().plus(lifetime));
    }

    /** The session token ({@code AWS_SESSION_TOKEN}) of these credentials. */
    public String token(Sealer sealer) {
        return sealer.seal(Json.bytes(this), CONTEXT);
    }

    /**
     * The credentials that {@code token} stands for. The caller checks {@link #expiresAt} and that the request names the
     * same {@link #accessKeyId}.
     *
     * @throws InvalidSealException when this installation did not mint it
     */
    public static SessionCredentials open(String token, Sealer sealer) throws InvalidSealException {
        byte[] json = sealer.open(token, CONTEXT);
        try {
            return Json.read(json, SessionCredentials.class);
        } catch (JacksonException e) {
            throw new IllegalStateException("A sealed session token of another shape", e);
        }
    }
}
