package dev.mayfly.registry.lambda;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.VoucherFilter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;

/** Who calls, and what their role allows here: deployers and owners change functions, auditors read them. */
public record Caller(Voucher voucher) {

    public static Caller of(HttpServletRequest request) {
        return new Caller(VoucherFilter.voucher(request));
    }

    public String accountId() {
        return voucher.accountId();
    }

    public Role role() {
        return voucher.role();
    }

    /** For messages. */
    public String user() {
        return "User: arn:aws:iam::" + voucher.accountId() + ":user/" + voucher.accessKeyId();
    }

    /** @throws LambdaException AccessDeniedException unless the caller may change functions */
    public void mayChange(String action) {
        if (!role().mayDeploy()) {
            throw denied(action);
        }
    }

    /** @throws LambdaException AccessDeniedException unless the caller may read functions' configuration */
    public void mayRead(String action) {
        if (role() == Role.INVOKER) {
            throw denied(action);
        }
    }

    private LambdaException denied(String action) {
        return LambdaError.ACCESS_DENIED.with(user() + " is not authorized to perform: lambda:" + action
                + " because the role of its access key is " + role().name().toLowerCase(Locale.ROOT));
    }
}
