package dev.mayfly.billing.rating;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.billing.rating.PriceList.InvalidPricesException;
import dev.mayfly.contracts.function.Isolation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PriceListTest {
    private static String shipped() throws IOException {
        try (InputStream in = PriceListTest.class.getResourceAsStream("/prices.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static PriceList read(String yaml) throws IOException {
        return PriceList.read(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)));
    }

    private static void assertRefused(String from, String to, String why) throws IOException {
        String changed = shipped().replace(from, to);
        assertThat(changed).isNotEqualTo(shipped());
        assertThatThrownBy(() -> read(changed))
                .isInstanceOf(InvalidPricesException.class)
                .hasMessageContaining(why);
    }

    @Test
    void theShippedPricesAreExact() throws IOException {
        var prices = read(shipped());
        assertThat(prices.unitPrice(Meter.FUNCTION_REQUESTS, "wasm")).isEqualTo(new BigDecimal("0.0000002"));
        assertThat(prices.unitPrice(Meter.FUNCTION_COMPUTE, "wasm")).isEqualTo(new BigDecimal("0.00000833335"));
        assertThat(prices.unitPrice(Meter.FUNCTION_COMPUTE, "container")).isEqualTo(new BigDecimal("0.0000166667"));
        assertThat(prices.unitPrice(Meter.FUNCTION_COMPUTE, "gvisor")).isEqualTo(new BigDecimal("0.00001833337"));
        assertThat(prices.unitPrice(Meter.FUNCTION_COMPUTE, "microvm")).isEqualTo(new BigDecimal("0.000020833375"));
        assertThat(prices.tiers(Meter.FUNCTION_COMPUTE))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Isolation.values())
                        .map(Isolation::tagValue)
                        .toList());
        assertThat(prices.unitPrice(Meter.OBJECT_EGRESS, null)).isEqualByComparingTo("0");
    }

    @Test
    void aPriceThatIsNoExactDecimalIsRefused() throws IOException {
        assertRefused("per: 1000000", "per: 3", "no exact decimal");
    }

    @Test
    void unquotedPricesAreNotReadAsBinaryFloatingPoint() throws IOException {
        var prices = read(shipped().replace("\"0.0000166667\"", "0.1000000000000000055511151231257827"));
        assertThat(prices.unitPrice(Meter.FUNCTION_COMPUTE, "container"))
                .isEqualTo(new BigDecimal("0.1000000000000000055511151231257827"));
    }

    @Test
    void gapsAndNonsenseAreRefusedByName() throws IOException {
        assertRefused("  object-egress:", "  object-ingress:", "object-ingress");
        assertRefused("price: \"5.00\"", "price: \"-5\"", "object-requests-class-a");
        assertRefused("      gvisor: \"1.1\"\n", "", "function-compute");
        assertRefused("gvisor:", "bunker:", "bunker");
        assertRefused("currency: USD", "money: USD", "currency");
        assertRefused("per: 1000000", "per: 0", "function-requests");
        assertRefused("price: \"0.20\"", "price: \"cheap\"", "prices.yaml");
        assertThatThrownBy(() -> read("")).isInstanceOf(InvalidPricesException.class);
        assertThatThrownBy(() -> read("meters: [")).isInstanceOf(InvalidPricesException.class);
    }

    @Test
    void gigabyteSecondsAreExact() {
        assertThat(Quantities.gbSeconds(BigDecimal.ONE)).isEqualTo(new BigDecimal("0.0000009765625"));
        assertThat(Quantities.gbSeconds(BigDecimal.valueOf(1_024_000)).toPlainString())
                .isEqualTo("1");
    }
}
