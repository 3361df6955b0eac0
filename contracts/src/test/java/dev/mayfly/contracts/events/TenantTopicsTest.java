package dev.mayfly.contracts.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TenantTopicsTest {
    private static final String ACCOUNT = "111111111111";
    private static final String OWN = "127.0.0.1:19092";

    private final TenantTopics topics = TenantTopics.sharing(Set.of("weather", "identity.access-keys"));
    private final TenantBrokers brokers = new TenantBrokers(OWN, List.of("10.1.2.3:9092"), topics);

    @ParameterizedTest
    @EnumSource(Topics.class)
    void whatMayflyKeepsIsNobodys(Topics own) {
        assertThat(topics.mayUse(ACCOUNT, own.topic())).isFalse();
        assertThat(topics.isForeign(ACCOUNT, own.topic())).isTrue();
        assertThat(brokers.refusal(ACCOUNT, List.of("10.1.2.3:9092"), own.topic()))
                .isPresent();
    }

    @Test
    void anAccountHasItsPrefixAndWhatIsShared() {
        assertThat(topics.mayUse(ACCOUNT, "111111111111.orders")).isTrue();
        assertThat(topics.mayUse(ACCOUNT, "weather")).isTrue();
        assertThat(topics.mayUse(ACCOUNT, "1111111111112.orders")).isFalse();
        assertThat(topics.mayUse(ACCOUNT, "222222222222.orders")).isFalse();
        assertThat(topics.mayUse(ACCOUNT, "__consumer_offsets")).isFalse();
        assertThat(topics.isForeign(ACCOUNT, "222222222222.orders")).isTrue();
        assertThat(topics.isForeign(ACCOUNT, "orders")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:19092", "localhost:19092", "127.0.0.2:19092", "[::1]:19092", "0.0.0.0:19092"})
    void mayflysBrokerIsKnownByAllItsNames(String server) {
        assertThat(brokers.isOwn(List.of(server))).isTrue();
        assertThat(brokers.refusal(ACCOUNT, List.of(server), "orders")).isPresent();
        assertThat(brokers.refusal(ACCOUNT, List.of(server), "111111111111.orders"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1:5432",
                "169.254.169.254:80",
                "10.0.0.1:9092",
                "192.168.1.1:9092",
                "100.100.100.200:80",
                "0.0.0.0:22",
                "[fd00::1]:9092",
                "[fe80::1]:9092",
                "[::ffff:127.0.0.1]:22",
                "[64:ff9b::a00:1]:9092",
                "no-port",
                "host:0",
                "host:99999",
                "no-such-host.invalid:9092"
            })
    void nothingElseInTheNetworkIsConnectedTo(String server) {
        assertThat(brokers.refusal(ACCOUNT, List.of(server), "orders")).isPresent();
    }

    @Test
    void publicBrokersAndNamedOnesAre() {
        assertThat(brokers.refusal(ACCOUNT, List.of("203.0.113.7:9092"), "orders"))
                .isEmpty();
        assertThat(brokers.refusal(ACCOUNT, List.of("10.1.2.3:9092"), "orders")).isEmpty();
        assertThat(brokers.refusal(ACCOUNT, List.of(OWN, "10.1.2.3:9092"), "111111111111.orders"))
                .isPresent();
    }
}
