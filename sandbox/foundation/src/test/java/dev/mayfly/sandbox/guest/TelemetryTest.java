package dev.mayfly.sandbox.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** Which subscriptions are taken. */
class TelemetryTest {
    private static final String PATH = "/2022-07-01/telemetry";

    private static boolean subscribe(String types, String destination) throws Extensions.RefusedException {
        Dialer nobody = port -> {
            throw new IOException("nobody listens");
        };
        try (var telemetry = new Telemetry(nobody)) {
            var wish = JsonMapper.shared()
                    .readTree("{\"types\":" + types + ",\"destination\":{\"protocol\":\"HTTP\",\"URI\":\"" + destination
                            + "\"}}");
            return telemetry.subscribe(PATH, "x", wish);
        }
    }

    @Test
    void allTypesTogetherAreTaken() throws Exception {
        String port = "http://sandbox.localdomain:8081";
        assertThat(subscribe("[\"platform\",\"function\",\"extension\"]", port)).isTrue();
        assertThat(subscribe("[\"function\"]", port)).isTrue();
    }

    /** Whoever asked for these would wait for events that never come, or be told what is not meant for them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[\"extension\"] | http://sandbox.localdomain:8081 | told as function",
                "[] | http://sandbox.localdomain:8081 | at least one",
                "[\"party\"] | http://sandbox.localdomain:8081 | party is none of",
                "[\"function\"] | http://192.0.2.1:8081 | destination.URI",
                "[\"function\"] | https://sandbox.localdomain:8081 | destination.URI"
            })
    void whatCannotBeToldIsRefused(String types, String destination, String reason) {
        assertThatThrownBy(() -> subscribe(types, destination))
                .isInstanceOfSatisfying(Extensions.RefusedException.class, refused -> {
                    assertThat(refused.status()).isEqualTo(400);
                    assertThat(refused).hasMessageContaining(reason);
                });
    }
}
