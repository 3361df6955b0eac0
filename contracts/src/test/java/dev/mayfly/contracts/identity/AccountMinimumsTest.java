package dev.mayfly.contracts.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.Isolation;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AccountMinimumsTest {
    private final AccountMinimums minimums = new AccountMinimums();

    private void hear(String account, byte @Nullable [] value) {
        minimums.accept(new ConsumerRecord<>("identity.accounts", 0, 0, account, value));
    }

    @Test
    void followsWhatTheTopicTells() {
        assertThat(minimums.of("1")).isEmpty();
        hear("1", Json.bytes(new AccountRecord("1", Isolation.GVISOR)));
        assertThat(minimums.of("1")).contains(Isolation.GVISOR);
        assertThat(minimums.of("2")).isEmpty();
        hear("1", Json.bytes(new AccountRecord("1", null)));
        assertThat(minimums.of("1")).isEmpty();
        hear("1", Json.bytes(new AccountRecord("1", Isolation.MICROVM)));
        hear("1", null);
        assertThat(minimums.of("1")).isEmpty();
    }
}
