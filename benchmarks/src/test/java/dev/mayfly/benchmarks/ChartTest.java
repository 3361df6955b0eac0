package dev.mayfly.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChartTest {
    @TempDir
    private Path folder;

    @Test
    void drawsWhatThereIs() throws Exception {
        Row tier = Row.of("container");
        tier.put(Metric.WARM_P50, 0.1);
        tier.put(Metric.COLD_READY, 3);
        Row raw = Row.raw("raw runc");
        raw.put(Metric.COLD_EMPTY, 100);
        var chart = new Chart(List.of(tier, raw, Row.absent("gvisor", "absent"), Row.of("microvm")));
        Path file = folder.resolve("chart.svg");
        chart.writeSvg(file);
        assertThat(file).content().startsWith("<?xml").contains("<ellipse").doesNotContainPattern("\\d\\.\\d{3}");
    }
}
