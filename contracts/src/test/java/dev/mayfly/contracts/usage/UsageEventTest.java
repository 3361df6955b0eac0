package dev.mayfly.contracts.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.hosting.InvocationOutcome;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class UsageEventTest {
    private static final Instant TIME = Instant.parse("2026-11-23T12:00:00.123456789Z");

    @Test
    void everyKindIsTheSameAfterItsJourney() {
        for (UsageEvent event : List.of(
                new UsageEvent.Invocation(
                        UsageEvent.Invocation.idOf("r", 2),
                        "123456789012",
                        TIME,
                        "f",
                        "$LATEST",
                        "r",
                        2,
                        Isolation.WASM,
                        128,
                        1,
                        2,
                        3,
                        4,
                        5,
                        6,
                        InvocationOutcome.Start.COLD,
                        InvocationOutcome.Status.TIMEOUT),
                UsageEvents.event(UsageEvent.ObjectRequest.idOf("r")),
                new UsageEvent.StorageChange("s", "123456789012", TIME, "b", -5, -1))) {
            assertThat(Json.read(Json.bytes(event), UsageEvent.class)).isEqualTo(event);
        }
    }

    @Test
    void idsAreDeterministic() {
        assertThat(UsageEvent.Invocation.idOf("r", 2)).isEqualTo("inv-r-2");
        assertThat(UsageEvent.ObjectRequest.idOf("r")).isEqualTo("obj-r");
    }
}
