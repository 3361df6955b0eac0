package dev.mayfly.registry.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.scaling.HostStatus;
import dev.mayfly.registry.RegistryProperties;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class HostOffersTest {
    private final AdjustableClock clock = new AdjustableClock();
    private final HostOffers offers = new HostOffers(properties(), clock);

    @Test
    void joinsWhatHostsOffer() {
        offers.hear(status("a", List.of("python3.11"), Isolation.CONTAINER, true));
        offers.hear(status("b", List.of("nodejs20.x", "python3.11"), Isolation.WASM, true));
        offers.hear(status("c", List.of(), Isolation.GVISOR, false));

        Offer offer = offers.now(any -> true);

        assertThat(offer.runtimes()).containsExactly("nodejs20.x", "python3.11");
        assertThat(offer.tierNames()).containsExactly("wasm", "container");
        assertThat(offer.missing()).containsExactlyEntriesOf(Map.of(Isolation.GVISOR, "because"));
    }

    @Test
    void aSilentHostIsGone() {
        offers.hear(status("a", List.of("python3.11"), Isolation.CONTAINER, true));
        clock.now = clock.now.plusSeconds(14);
        offers.hear(status("b", List.of("nodejs20.x"), Isolation.CONTAINER, true));
        assertThat(offers.now(any -> true).runtimes()).hasSize(2);
        clock.now = clock.now.plusSeconds(2);
        assertThat(offers.now(any -> true).runtimes()).containsExactly("nodejs20.x");
    }

    @Test
    void withoutAnyHostItSaysSo() {
        assertThatThrownBy(() -> offers.now(any -> true)).hasMessageContaining("No sandbox host is running");
    }

    @Test
    void waitsForAFirstHost() throws Exception {
        var patient = new HostOffers(properties("60s"), clock);
        Thread waiting = Thread.ofVirtual().start(() -> patient.now(any -> true));
        while (waiting.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        patient.hear(status("a", List.of("python3.11"), Isolation.CONTAINER, true));
        assertThat(waiting.join(Duration.ofSeconds(30))).isTrue();
    }

    @Test
    void aTierThatOneHostChecksAndAnotherHasIsOffered() {
        offers.hear(new HostStatus(
                "a",
                "http://host",
                List.of(
                        new HostStatus.Tier(Isolation.GVISOR, false, true, "being checked", List.of()),
                        new HostStatus.Tier(Isolation.MICROVM, false, true, "being checked", List.of())),
                1024,
                0,
                List.of(),
                Instant.EPOCH));
        offers.hear(status("b", List.of("nodejs20.x"), Isolation.GVISOR, true));

        Offer offer = offers.now(settled -> true);

        assertThat(offer.checking()).containsExactly(Isolation.MICROVM);
        assertThat(offer.missing()).containsOnlyKeys(Isolation.MICROVM);
        assertThat(offer.has(Isolation.GVISOR, "nodejs20.x")).isTrue();
        assertThat(offer.has(Isolation.GVISOR, "python3.11")).isFalse();
    }

    @Test
    void waitsForWhatIsBeingCheckedAndNotForever() throws Exception {
        offers.hear(status("a", List.of(), Isolation.GVISOR, false));
        assertThat(offers.now(offer -> false).missing()).containsKey(Isolation.GVISOR);
        var patient = new HostOffers(properties("60s"), clock);
        patient.hear(status("a", List.of(), Isolation.GVISOR, false));
        Thread waiting =
                Thread.ofVirtual().start(() -> patient.now(offer -> offer.has(Isolation.GVISOR, "python3.11")));
        while (waiting.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        patient.hear(status("a", List.of("python3.11"), Isolation.GVISOR, true));
        assertThat(waiting.join(Duration.ofSeconds(30))).isTrue();
    }

    private static HostStatus status(String id, List<String> runtimes, Isolation tier, boolean available) {
        return new HostStatus(
                id,
                "http://host",
                List.of(new HostStatus.Tier(tier, available, false, "because", runtimes)),
                1024,
                0,
                List.of(),
                Instant.EPOCH);
    }

    private static RegistryProperties properties() {
        return properties("1ms");
    }

    private static RegistryProperties properties(String wait) {
        var source = new MapConfigurationPropertySource(
                Map.of("mayfly.trust-key", "unused", "mayfly.hosts.first-wait", wait));
        return new Binder(source).bind("mayfly", RegistryProperties.class).get();
    }

    private static final class AdjustableClock extends Clock {
        private Instant now = Instant.parse("2026-11-23T00:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
