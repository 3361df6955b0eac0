package dev.mayfly.host.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.scaling.HostStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TierReportTest {
    @Test
    void tellsEachTierInALineAndFollowsChanges(@TempDir Path folder) throws Exception {
        var report = new TierReport(folder.resolve("host"));
        var wasm = new HostStatus.Tier(Isolation.WASM, true, false, "Endive", List.of("wasm32-wasip1"));
        report.tell(List.of(wasm, new HostStatus.Tier(Isolation.GVISOR, false, true, "being checked", List.of())));
        Path file = folder.resolve("host/tiers");
        assertThat(Files.readString(file)).isEqualTo("wasm\tyes\tEndive\ngvisor\tchecking\tbeing checked\n");
        report.tell(List.of(
                wasm, new HostStatus.Tier(Isolation.GVISOR, false, false, "no runsc\n\tinstall it", List.of())));
        assertThat(Files.readString(file)).isEqualTo("wasm\tyes\tEndive\ngvisor\tno\tno runsc install it\n");
    }
}
