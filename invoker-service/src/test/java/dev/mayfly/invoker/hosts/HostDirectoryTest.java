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
        hear(host, 0, List.of(), tiers);
    }

    private void hear(String host, long usedMb, List<HostStatus.Sandboxes> sandboxes, HostStatus.Tier... tiers) {
        var status = new HostStatus(host, "http://" + host, List.of(tiers), 1024, usedMb, sandboxes, Instant.EPOCH);
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
    void whatIsIdleIsUsedUpBeforeAnythingIsStarted() {
        String key = "000000000000:f:$LATEST";
        URI a = URI.create("http://a");
        URI b = URI.create("http://b");
        hear("a", 0, List.of(new HostStatus.Sandboxes(key, 2, 0)), runs(Isolation.CONTAINER, NODE));
        hear("b", 512, List.of(new HostStatus.Sandboxes(key, 1, 1)), runs(Isolation.CONTAINER, NODE));
        assertThat(candidates(Isolation.CONTAINER, NODE)).containsExactly(a, b);
        var first = hosts.asks(a, key);
        var second = hosts.asks(a, key);
        assertThat(candidates(Isolation.CONTAINER, NODE)).as("a has none left").containsExactly(b, a);
        hear("a", 0, List.of(new HostStatus.Sandboxes(key, 0, 2)), runs(Isolation.CONTAINER, NODE));
        assertThat(candidates(Isolation.CONTAINER, NODE))
                .as("as it says itself")
                .containsExactly(b, a);
        first.close();
        assertThat(candidates(Isolation.CONTAINER, NODE))
                .as("and now it has one again")
                .containsExactly(a, b);
        second.close();
        var third = hosts.asks(a, key);
        var fourth = hosts.asks(a, key);
        var fifth = hosts.asks(b, key);
        assertThat(candidates(Isolation.CONTAINER, NODE)).as("by free memory").containsExactly(a, b);
        List.of(third, fourth, fifth).forEach(HostDirectory.Asking::close);
        assertThat(candidates(Isolation.CONTAINER, NODE)).containsExactly(a, b);
    }

    @Test
    void withoutAnyHostTheConfiguredOneIsAsked() {
        assertThat(candidates(Isolation.GVISOR, NODE)).containsExactly(URI.create("http://fallback"));
    }
}
