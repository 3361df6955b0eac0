package dev.mayfly.contracts.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.contracts.trust.InvalidSealException;
import dev.mayfly.contracts.trust.Sealer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class SessionCredentialsTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private final Sealer sealer = Sealer.of(Sealer.newKey());

    private static SessionCredentials mint() {
        return SessionCredentials.mint("123456789012", "arn:f", Duration.ofHours(1), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @Test
    void theTokenIsTheCredentials() throws InvalidSealException {
        var minted = mint();
        assertThat(SessionCredentials.open(minted.token(sealer), sealer)).isEqualTo(minted);
    }

    @Test
    void theyLookLikeTemporaryCredentialsAndDiffer() {
        var minted = mint();
        assertThat(minted.accessKeyId()).matches("ASIA[A-Z2-7]{16}").isNotEqualTo(mint().accessKeyId());
        assertThat(minted.secretAccessKey()).hasSize(40).isNotEqualTo(mint().secretAccessKey());
        assertThat(minted.role()).isEqualTo(Role.DEPLOYER);
        assertThat(minted.expiresAt()).isEqualTo(NOW.plusSeconds(3600));
    }

    @Test
    void anotherInstallationsTokenIsRefused() {
        String foreign = mint().token(Sealer.of(Sealer.newKey()));
        assertThatThrownBy(() -> SessionCredentials.open(foreign, sealer)).isInstanceOf(InvalidSealException.class);
        assertThatThrownBy(() -> SessionCredentials.open("", sealer)).isInstanceOf(InvalidSealException.class);
    }
}
