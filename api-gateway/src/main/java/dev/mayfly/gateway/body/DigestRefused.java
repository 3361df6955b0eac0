package dev.mayfly.gateway.body;

import dev.mayfly.gateway.refusal.RefusedException;

/** Carries a refusal through a reactive chain. */
public final class DigestRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final RefusedException refused;

    DigestRefused(RefusedException refused) {
        super(refused.getMessage(), refused, false, false);
        this.refused = refused;
    }

    public RefusedException refused() {
        return refused;
    }
}
