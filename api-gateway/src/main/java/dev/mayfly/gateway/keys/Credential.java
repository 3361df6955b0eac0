package dev.mayfly.gateway.keys;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.gateway.signature.SigningSecret;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who can sign: an access key, or a function with the credentials of its sandbox.
 *
 * @param accountId 12 digits
 * @param functionArn set for functions
 * @param expiresAt set for temporary credentials
 */
public record Credential(
        String accessKeyId,
        String accountId,
        Role role,
        @Nullable String functionArn,
        @Nullable Instant expiresAt,
        SigningSecret secret) {}
