package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.host.HostProperties;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import dev.mayfly.sandbox.api.SandboxTechnology;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a function's init phase may take.
 *
 * @param again the limit of a second try, after one that took too long; null when there is none
 */
record InitPhase(Duration limit, @Nullable Duration again) {
    private static final Logger log = LoggerFactory.getLogger(InitPhase.class);

    /** As on Lambda: while somebody waits it is short, and begun again once with the function's timeout as its limit. */
    static InitPhase of(FunctionVersion version, boolean provisioned, HostProperties.Sandboxes limits) {
        return provisioned || version.snapStart()
                ? unhurried(version, limits)
                : new InitPhase(limits.initTimeout(), timeout(version));
    }

    /** Nobody waits for it. */
    static InitPhase unhurried(FunctionVersion version, HostProperties.Sandboxes limits) {
        Duration timeout = timeout(version);
        Duration limit = limits.longInitTimeout();
        return new InitPhase(timeout.compareTo(limit) > 0 ? timeout : limit, null);
    }

    /** The same, and no longer than {@code most}. */
    InitPhase within(Duration most) {
        return limit.compareTo(most) <= 0 ? this : new InitPhase(most, again);
    }

    private static Duration timeout(FunctionVersion version) {
        return Duration.ofSeconds(version.timeoutSeconds());
    }

    Sandbox start(SandboxTechnology technology, SandboxSpec spec) throws SandboxStartException, InterruptedException {
        try {
            return technology.start(spec.withInitTimeout(limit));
        } catch (SandboxStartException e) {
            if (again == null || !e.errorType().equals("Sandbox.Timedout")) {
                throw e;
            }
            log.info("The init phase of sandbox {} took too long and is begun again", spec.id());
            return technology.start(spec.withInitTimeout(again));
        }
    }
}
