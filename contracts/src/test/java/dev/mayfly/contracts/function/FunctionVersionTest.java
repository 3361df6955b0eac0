package dev.mayfly.contracts.function;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.events.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FunctionVersionTest {
    private static FunctionVersion version(Network network) {
        return new FunctionVersion(
                "000000000000",
                "f",
                FunctionVersion.LATEST,
                "r",
                "nodejs20.x",
                "index.handler",
                128,
                3,
                512,
                Map.of("A", "b"),
                "00",
                1,
                Isolation.GVISOR,
                network,
                "Active",
                null,
                Instant.EPOCH);
    }

    @Test
    void survivesTheWayThroughJson() {
        var version = version(Network.EGRESS);
        assertThat(Json.read(Json.bytes(version), FunctionVersion.class)).isEqualTo(version);
    }

    @Test
    void recordsFromBeforeThereWasAChoiceOfNetworkHaveNone() {
        String old = Json.text(version(Network.EGRESS)).replace("\"network\":\"EGRESS\",", "");
        assertThat(old).doesNotContain("network");
        assertThat(Json.read(old.getBytes(StandardCharsets.UTF_8), FunctionVersion.class))
                .isEqualTo(version(Network.NONE));
    }

    @Test
    void tiersAreOrderedByStrength() {
        assertThat(Isolation.values())
                .containsExactly(Isolation.WASM, Isolation.CONTAINER, Isolation.GVISOR, Isolation.MICROVM);
        assertThat(Isolation.GVISOR.satisfies(Isolation.GVISOR)).isTrue();
        assertThat(Isolation.MICROVM.satisfies(Isolation.GVISOR)).isTrue();
        assertThat(Isolation.CONTAINER.satisfies(Isolation.GVISOR)).isFalse();
        assertThat(Isolation.WASM.satisfies(Isolation.CONTAINER)).isFalse();
    }
}
