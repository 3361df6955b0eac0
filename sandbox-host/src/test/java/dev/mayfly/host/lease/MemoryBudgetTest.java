package dev.mayfly.host.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.host.HostProperties;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class MemoryBudgetTest {
    private static MemoryBudget budget(Map<String, String> settings) {
        var sandboxes = new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("mayfly.sandboxes", HostProperties.Sandboxes.class);
        return MemoryBudget.of(sandboxes, 10_000);
    }

    @Test
    void shellsTakeAShareOfTheMemoryUpToALimit() {
        assertThat(budget(Map.of())).isEqualTo(new MemoryBudget(5_400, 600));
        assertThat(budget(Map.of("mayfly.sandboxes.memory", "1000MB"))).isEqualTo(new MemoryBudget(900, 100));
        assertThat(budget(Map.of("mayfly.sandboxes.memory", "100GB"))).isEqualTo(new MemoryBudget(98 * 1024, 2048));
        assertThat(budget(Map.of("mayfly.sandboxes.shell-share", "0"))).isEqualTo(new MemoryBudget(6_000, 0));
    }
}
