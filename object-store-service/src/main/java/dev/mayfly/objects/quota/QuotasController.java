package dev.mayfly.objects.quota;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.VoucherFilter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/objects/quotas}: what accounts may use. The operator sets it; an account reads its own. */
@RestController
class QuotasController {
    private static final String OPERATOR_ACCOUNT = "000000000000";
    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");
    private static final int MAX_RATE = 1_000_000;

    private final Quotas quotas;
    private final RequestRates rates;

    QuotasController(Quotas quotas, RequestRates rates) {
        this.quotas = quotas;
        this.rates = rates;
    }

    /** @param own whether the limits are the account's own, not those of all */
    record View(
            String accountId,
            boolean own,
            @Nullable Long bytes,
            @Nullable Long objects,
            @Nullable Integer requestsPerSecond,
            long bytesUsed,
            long objectsUsed) {}

    @GetMapping("/v1/objects/quotas/{account}")
    ResponseEntity<?> show(@PathVariable String account, HttpServletRequest request) {
        Voucher caller = VoucherFilter.voucher(request);
        boolean mine = caller.accountId().equals(account) && caller.role().mayReadUsage();
        return mine || isOperator(caller)
                ? known(account, () -> ResponseEntity.ok(view(account)))
                : refused(HttpStatus.FORBIDDEN, "The access key may not see this account's quota.");
    }

    /** What is not given is not limited. */
    @PutMapping("/v1/objects/quotas/{account}")
    ResponseEntity<?> set(
            @PathVariable String account,
            @RequestParam @Nullable String bytes,
            @RequestParam @Nullable String objects,
            @RequestParam @Nullable String requestsPerSecond,
            HttpServletRequest request) {
        if (!isOperator(VoucherFilter.voucher(request))) {
            return refused(HttpStatus.FORBIDDEN, "Only an owner of the account " + OPERATOR_ACCOUNT + " sets quotas.");
        }
        for (String text : new @Nullable String[] {bytes, objects, requestsPerSecond}) {
            if (text != null && !NUMBER.matcher(text).matches()) {
                return refused(
                        HttpStatus.BAD_REQUEST, "bytes, objects and requestsPerSecond are whole numbers from 0 on.");
            }
        }
        Long rate = number(requestsPerSecond);
        if (rate != null && rate > MAX_RATE) {
            return refused(HttpStatus.BAD_REQUEST, "requestsPerSecond is at most " + MAX_RATE + ".");
        }
        return known(account, () -> {
            quotas.set(account, new Quota(number(bytes), number(objects), rate == null ? null : rate.intValue()));
            rates.refresh();
            return ResponseEntity.ok(view(account));
        });
    }

    /** Those of all accounts hold again. */
    @DeleteMapping("/v1/objects/quotas/{account}")
    ResponseEntity<?> remove(@PathVariable String account, HttpServletRequest request) {
        if (!isOperator(VoucherFilter.voucher(request))) {
            return refused(HttpStatus.FORBIDDEN, "Only an owner of the account " + OPERATOR_ACCOUNT + " sets quotas.");
        }
        return known(account, () -> {
            quotas.set(account, null);
            rates.refresh();
            return ResponseEntity.noContent().build();
        });
    }

    private View view(String account) {
        Quota own = quotas.find(account).orElse(null);
        Quota holds = own == null ? quotas.find(Quotas.ALL).orElse(Quota.NONE) : own;
        Quotas.Use use = quotas.use(account);
        return new View(
                account,
                own != null,
                holds.bytes(),
                holds.objects(),
                holds.requestsPerSecond(),
                use.bytes(),
                use.objects());
    }

    private static @Nullable Long number(@Nullable String text) {
        return text == null ? null : Long.valueOf(text);
    }

    private static boolean isOperator(Voucher caller) {
        return caller.accountId().equals(OPERATOR_ACCOUNT) && caller.role() == Role.OWNER;
    }

    private static ResponseEntity<?> known(String account, Supplier<ResponseEntity<?>> answer) {
        return ACCOUNT.matcher(account).matches()
                ? answer.get()
                : refused(HttpStatus.BAD_REQUEST, "An account's id is 12 digits.");
    }

    private static ResponseEntity<?> refused(HttpStatus status, String detail) {
        return ResponseEntity.of(ProblemDetail.forStatusAndDetail(status, detail))
                .build();
    }
}
