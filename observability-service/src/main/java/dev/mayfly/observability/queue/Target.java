package dev.mayfly.observability.queue;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.VoucherFilter;
import dev.mayfly.observability.http.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * The function whose queue is meant, and who asks.
 *
 * @param qualifier only events that were sent to this version or alias; null for all of the function
 */
record Target(String accountId, String function, @Nullable String qualifier) {
    private static final Pattern FORM = Pattern.compile("([a-zA-Z0-9-_]{1,64})(?::(\\$LATEST|[a-zA-Z0-9-_]{1,128}))?");

    /** @throws Problem unless the caller may see the queue */
    static Target seenBy(HttpServletRequest request, String named) {
        return of(request, named, Role::mayReadUsage, "see the queue");
    }

    /** @throws Problem unless the caller may see payloads and change what is queued */
    static Target changedBy(HttpServletRequest request, String named) {
        return of(request, named, Role::mayDeploy, "see or change what is queued");
    }

    private static Target of(HttpServletRequest request, String named, Predicate<Role> may, String what) {
        Voucher voucher = VoucherFilter.voucher(request);
        if (!may.test(voucher.role())) {
            throw new Problem(
                    HttpStatus.FORBIDDEN, "The access key's role " + voucher.role() + " may not " + what + ".");
        }
        var form = FORM.matcher(named);
        if (!form.matches()) {
            throw Problem.badRequest("A function is named by its name, or name:qualifier; '"
                    + named.substring(0, Math.min(named.length(), 200)) + "' is neither.");
        }
        return new Target(voucher.accountId(), form.group(1), form.group(2));
    }

    /** As it was named. */
    String label() {
        return qualifier == null ? function : function + ":" + qualifier;
    }
}
