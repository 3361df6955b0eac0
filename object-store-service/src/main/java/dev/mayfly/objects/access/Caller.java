package dev.mayfly.objects.access;

import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.objects.policy.Requester;
import java.util.List;

/** Who sent a request, as policies name them: the same names that {@code GetCallerIdentity} gives. */
final class Caller {
    private static final String FUNCTION_ROLE = "role/mayfly-function";

    private Caller() {}

    static Requester of(Voucher voucher) {
        if (voucher.isAnonymous()) {
            return Requester.ANONYMOUS;
        }
        String account = voucher.accountId();
        String arn = arn(voucher);
        return voucher.functionArn() == null
                ? new Requester(account, List.of(arn))
                : new Requester(account, List.of(arn, "arn:aws:iam::" + account + ":" + FUNCTION_ROLE));
    }

    private static String arn(Voucher voucher) {
        String function = voucher.functionArn();
        return function == null
                ? "arn:aws:iam::" + voucher.accountId() + ":user/" + voucher.accessKeyId()
                : "arn:aws:sts::" + voucher.accountId() + ":assumed-role/mayfly-function/"
                        + function.substring(function.lastIndexOf(':') + 1);
    }
}
