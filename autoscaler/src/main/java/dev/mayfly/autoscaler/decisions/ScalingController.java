package dev.mayfly.autoscaler.decisions;

import dev.mayfly.contracts.scaling.ScalingDecision;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.VoucherFilter;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /v1/scaling}: what is decided for the caller's functions, and why. */
@RestController
class ScalingController {
    /** @param decisions ordered by function */
    record Page(List<Decision> decisions) {}

    /** @param desired sandboxes over all hosts */
    record Decision(String function, String version, int desired, String reason, Instant decidedAt) {
        static Decision of(ScalingDecision decision) {
            String[] key = decision.functionKey().split(":", 3);
            return new Decision(key[1], key[2], decision.desired(), decision.reason(), decision.at());
        }
    }

    private final Autoscaler autoscaler;

    ScalingController(Autoscaler autoscaler) {
        this.autoscaler = autoscaler;
    }

    @GetMapping("/v1/scaling")
    Page list(HttpServletRequest request) {
        Voucher voucher = VoucherFilter.voucher(request);
        return new Page(
                autoscaler.of(voucher.accountId()).stream().map(Decision::of).toList());
    }
}
