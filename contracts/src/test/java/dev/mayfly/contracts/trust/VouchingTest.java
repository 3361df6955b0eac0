package dev.mayfly.contracts.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.contracts.identity.Role;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class VouchingTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private final Sealer sealer = Sealer.of(Sealer.newKey());

    private Vouching at(Instant now) {
        return new Vouching(sealer, Clock.fixed(now, ZoneOffset.UTC));
    }

    private Voucher voucher() {
        return new Voucher(
                "api-gateway",
                "123456789012",
                "AKIAEXAMPLE",
                Role.AUDITOR,
                "arn:aws:lambda:us-east-1:123456789012:function:f",
                "9b0a6a36-0a5f-4b9c-8f53-3a3f3a3f3a3f",
                "/a%2Fb?c=%20&d",
                new Voucher.PayloadSignature("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "key", "seed", "time", "scope"),
                at(NOW).expiry());
    }

    @Test
    void whatIsVouchedForArrivesAsItWas() throws InvalidSealException {
        assertThat(at(NOW).verify(at(NOW).issue(voucher()))).isEqualTo(voucher());
        assertThat(voucher().betweenServices()).isFalse();
    }

    @Test
    void aServiceVouchesForItself() throws InvalidSealException {
        Voucher own = at(NOW).verify(at(NOW).issueForService("registry", "123456789012"));
        assertThat(own.betweenServices()).isTrue();
        assertThat(own.role()).isEqualTo(Role.OWNER);
        assertThat(own.accountId()).isEqualTo("123456789012");
    }

    @Test
    void aVoucherEnds() throws InvalidSealException {
        String header = at(NOW).issue(voucher());
        Duration lifetime = Vouching.LIFETIME;
        assertThat(at(NOW.plus(lifetime)).verify(header)).isEqualTo(voucher());
        assertThatThrownBy(() -> at(NOW.plus(lifetime).plusNanos(1)).verify(header))
                .isInstanceOf(InvalidSealException.class)
                .hasMessage("expired");
    }

    @Test
    void nobodyElseVouches() {
        String foreign = new Vouching(Sealer.of(Sealer.newKey()), Clock.systemUTC()).issue(voucher());
        String otherThing = sealer.seal("{}".getBytes(StandardCharsets.UTF_8), "session-credentials");
        String otherVersion = sealer.seal("[1]".getBytes(StandardCharsets.UTF_8), "voucher");
        for (String header : new String[] {foreign, otherThing, otherVersion, "", "x"}) {
            assertThatThrownBy(() -> at(NOW).verify(header)).isInstanceOf(InvalidSealException.class);
        }
    }
}
