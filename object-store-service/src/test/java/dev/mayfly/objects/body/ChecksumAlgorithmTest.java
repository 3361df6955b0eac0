package dev.mayfly.objects.body;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ChecksumAlgorithmTest {
    @ParameterizedTest
    @CsvSource({
        "CRC32,cbf43926",
        "CRC32C,e3069283",
        "CRC64NVME,ae8b14860a799888",
        "SHA1,f7c3bc1d808e04732adf679965ccc34ca7ae3441",
        "SHA256,15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"
    })
    void hasThePublishedCheckValue(ChecksumAlgorithm algorithm, String expected) {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
        assertThat(HexFormat.of().formatHex(sum(algorithm, digits))).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(names = {"CRC32", "CRC32C", "CRC64NVME"})
    void combinesToTheSumOfTheWhole(ChecksumAlgorithm algorithm) {
        byte[] whole = new byte[100_003];
        new Random(1).nextBytes(whole);
        for (int cut : new int[] {0, 1, 7, 65_536, whole.length}) {
            byte[] first = Arrays.copyOf(whole, cut);
            byte[] second = Arrays.copyOfRange(whole, cut, whole.length);
            assertThat(algorithm.combine(sum(algorithm, first), sum(algorithm, second), second.length))
                    .isEqualTo(sum(algorithm, whole));
        }
    }

    @Test
    void namesAreFoundWhateverTheirCase() {
        assertThat(ChecksumAlgorithm.named("crc64nvme")).isEqualTo(ChecksumAlgorithm.CRC64NVME);
        assertThat(ChecksumAlgorithm.named(null)).isNull();
    }

    private static byte[] sum(ChecksumAlgorithm algorithm, byte[] bytes) {
        Hash hash = algorithm.hash();
        hash.update(bytes, 0, bytes.length);
        return hash.value();
    }
}
