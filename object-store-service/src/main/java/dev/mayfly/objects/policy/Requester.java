package dev.mayfly.objects.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, as policies name them.
 *
 * @param accountId null for anonymous requests
 * @param arns every ARN that names this very user or role
 */
public record Requester(@Nullable String accountId, List<String> arns) {
    /** Nobody in particular. */
    public static final Requester ANONYMOUS = new Requester(null, List.of());

    public boolean isAnonymous() {
        return accountId == null;
    }
}
