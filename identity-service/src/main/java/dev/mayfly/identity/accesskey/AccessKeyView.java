package dev.mayfly.identity.accesskey;

import dev.mayfly.contracts.identity.Role;
import java.time.Instant;
import java.util.Locale;

/**
 * An access key as the API shows it, without its secret.
 *
 * @param role {@code owner}, {@code deployer}, {@code invoker} or {@code auditor}
 */
public record AccessKeyView(String accessKeyId, String accountId, String role, boolean active, Instant createdAt) {
    static String nameOf(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }
}
