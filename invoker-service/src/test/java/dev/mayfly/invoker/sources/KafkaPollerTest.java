package dev.mayfly.invoker.sources;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KafkaPollerTest {
    @Test
    void whatIsNotThereIsLookedForLessAndLessOften() {
        assertThat(Stream.iterate(Duration.ofSeconds(3), KafkaPoller::longer)
                        .limit(7)
                        .map(Duration::toSeconds))
                .containsExactly(3L, 6L, 12L, 24L, 48L, 60L, 60L);
    }
}
