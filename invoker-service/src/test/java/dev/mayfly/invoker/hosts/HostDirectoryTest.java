package dev.mayfly.invoker.hosts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.Network;
import dev.mayfly.contracts.scaling.HostStatus;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class HostDirectoryTest {
    private static final String NODE = "nodejs20.x";
    private static final String PYTHON = "python3.11";

    private final HostDirectory hosts =
            new HostDirectory(URI.create("http://fallback"), Duration.ofSeconds(5), () -> 0, () -> {});

    private void hear(String host, HostStatus.Tier... tiers) {
        var status = new HostStatus(host, "http://" + host, List.of(tiers), 1024, 0, List.of(), Instant.EPOCH);
        hosts.accept(new ConsumerRecord<>("host.status", 0, 0, host, Json.bytes(status)));
    }

    private static HostStatus.Tier runs(Isolation isolation, String... runtimes) {
        return new HostStatus.Tier(isolation, true, false, "it", List.of(runtimes));
    }

    private static HostStatus.Tier checks(Isolation isolation) {
        return new HostStatus.Tier(isolation, false, true, "being checked", List.of());
    }

    private List<URI> candidates(Isolation isolation, String runtime) {
        return hosts.candidates(new FunctionVersion(
                "000000000000",
                "f",
                "$LATEST",
                "r",
                runtime,
                "h",
                128,
                3,
                512,
                Map.of(),
                "00",
                1,
                isolation,
                Network.NONE,
                "Active",
                null,
                Instant.EPOCH));
    }

    @Test
    void aHostMustOfferTheRuntimeInTheVeryTier() {
        hear("a", runs(Isolation.CONTAINER, NODE, PYTHON), runs(Isolation.GVISOR, PYTHON));
        hear("b", runs(Isolation.GVISOR, NODE), runs(Isolation.WASM, "wasm32-wasip1"));

        assertThat(candidates(Isolation.CONTAINER, NODE)).containsExactly(URI.create("http://a"));
        assertThat(candidates(Isolation.GVISOR, NODE)).containsExactly(URI.create("http://b"));
        assertThat(candidates(Isolation.GVISOR, PYTHON)).containsExactly(URI.create("http://a"));
        assertThat(candidates(Isolation.WASM, "wasm32-wasip1")).containsExactly(URI.create("http://b"));
        assertThat(candidates(Isolation.MICROVM, NODE)).isEmpty();
        assertThat(candidates(Isolation.WASM, NODE)).isEmpty();
    }

    @Test
    void aTierThatIsBeingCheckedIsNotOfferedYet() {
        hear("a", runs(Isolation.CONTAINER, NODE), checks(Isolation.MICROVM));

        assertThat(candidates(Isolation.MICROVM, NODE)).isEmpty();
        assertThat(hosts.isBeingChecked(Isolation.MICROVM)).isTrue();
        assertThat(hosts.isBeingChecked(Isolation.GVISOR)).isFalse();
        hear("a", runs(Isolation.CONTAINER, NODE), runs(Isolation.MICROVM, NODE));
        assertThat(hosts.isBeingChecked(Isolation.MICROVM)).isFalse();
        assertThat(candidates(Isolation.MICROVM, NODE)).hasSize(1);
    }

    @Test
    void withoutAnyHostTheConfiguredOneIsAsked() {
        assertThat(candidates(Isolation.GVISOR, NODE)).containsExactly(URI.create("http://fallback"));
    }
}
