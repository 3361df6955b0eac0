package dev.mayfly.contracts.usage;

import java.time.Instant;

final class UsageEvents {
    private UsageEvents() {}

    static UsageEvent event(String id) {
        return new UsageEvent.ObjectRequest(
                id,
                "123456789012",
                Instant.parse("2026-11-23T12:00:00Z"),
                "bucket",
                "GetObject",
                UsageEvent.RequestClass.B,
                1,
                2,
                200);
    }
}
