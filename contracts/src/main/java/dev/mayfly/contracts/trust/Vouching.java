package dev.mayfly.contracts.trust;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.identity.Role;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import tools.jackson.core.JacksonException;

/** Issues and checks sealed {@link Voucher}s under the key that all services of one installation share. Thread-safe. */
public final class Vouching {
    /** How long a voucher is good for: the way between two services, not the time the request takes. */
    public static final Duration LIFETIME = Duration.ofSeconds(60);

    private static final String CONTEXT = "voucher";

    private final Sealer sealer;
    private final Clock clock;

    public Vouching(Sealer sealer, Clock clock) {
        this.sealer = sealer;
        this.clock = clock;
    }

    /** When a voucher issued now ends. */
    public Instant expiry() {
        return clock.instant().plus(LIFETIME);
    }

    /** The header value for {@code voucher}. */
    public String issue(Voucher voucher) {
        return sealer.seal(Json.bytes(voucher), CONTEXT);
    }

    /** The header value for a request that {@code service} makes by itself, with an owner's rights in {@code accountId}. */
    public String issueForService(String service, String accountId) {
        return issueForService(service, accountId, UUID.randomUUID().toString());
    }

    /** As {@link #issueForService(String, String)}, for the request {@code requestId}. */
    public String issueForService(String service, String accountId, String requestId) {
        return issue(new Voucher(service, accountId, null, Role.OWNER, null, requestId, null, null, expiry()));
    }

    /**
     * Reads a header value.
     *
     * @throws InvalidSealException when it was not issued under this installation's key, or has expired
     */
    public Voucher verify(String header) throws InvalidSealException {
        Voucher voucher;
        try {
            voucher = Json.read(sealer.open(header, CONTEXT), Voucher.class);
        } catch (JacksonException e) {
            throw new InvalidSealException("sealed by another version of Mayfly");
        }
        if (clock.instant().isAfter(voucher.expiresAt())) {
            throw new InvalidSealException("expired");
        }
        return voucher;
    }
}
