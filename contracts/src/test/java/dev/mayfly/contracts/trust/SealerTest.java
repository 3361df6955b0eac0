package dev.mayfly.contracts.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealerTest {
    private static final byte[] PLAIN = "a secret".getBytes(StandardCharsets.UTF_8);
    private final Sealer sealer = Sealer.of(Sealer.newKey());

    @Test
    void opensWhatItSealed() throws InvalidSealException {
        assertThat(sealer.open(sealer.seal(PLAIN, "here"), "here")).isEqualTo(PLAIN);
        assertThat(sealer.open(sealer.seal(new byte[0], ""), "")).isEmpty();
    }

    @Test
    void equalTextsAreSealedDifferently() {
        assertThat(sealer.seal(PLAIN, "here"))
                .isNotEqualTo(sealer.seal(PLAIN, "here"))
                .doesNotContain("=", "+", "/");
    }

    @Test
    void anotherKeyOrContextDoesNotOpen() {
        String sealed = sealer.seal(PLAIN, "here");
        assertThatThrownBy(() -> sealer.open(sealed, "there")).isInstanceOf(InvalidSealException.class);
        assertThatThrownBy(() -> Sealer.of(Sealer.newKey()).open(sealed, "here"))
                .isInstanceOf(InvalidSealException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void noBitCanBeChanged() {
        byte[] sealed = Base64.getUrlDecoder().decode(sealer.seal(PLAIN, "here"));
        for (int i = 0; i < sealed.length * 8; i++) {
            byte[] altered = sealed.clone();
            altered[i / 8] ^= (byte) (1 << i % 8);
            String text = Base64.getUrlEncoder().withoutPadding().encodeToString(altered);
            assertThatThrownBy(() -> sealer.open(text, "here")).isInstanceOf(InvalidSealException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "AAAA", "not base64 at all!", "\u00e9", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    void garbageIsRefusedAndNotAnError(String garbage) {
        assertThatThrownBy(() -> sealer.open(garbage, "here")).isInstanceOf(InvalidSealException.class);
    }

    @Test
    void aFailedOpeningLeavesTheNextOneAlone() throws InvalidSealException {
        String sealed = sealer.seal(PLAIN, "here");
        assertThatThrownBy(() -> sealer.open(sealed, "there")).isInstanceOf(InvalidSealException.class);
        assertThat(sealer.open(sealed, "here")).isEqualTo(PLAIN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "AAAA", "%%%"})
    void aBadKeyIsRefused(String key) {
        assertThatThrownBy(() -> Sealer.of(key)).isInstanceOf(IllegalArgumentException.class);
    }
}
