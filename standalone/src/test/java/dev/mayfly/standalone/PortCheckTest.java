package dev.mayfly.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.standalone.home.Settings;
import dev.mayfly.standalone.process.Launcher;
import dev.mayfly.standalone.process.OwnProcesses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortCheckTest {
    @TempDir
    private Path folder;

    @Test
    void aTakenPortIsNamedWithTheSettingThatMovesIt() throws IOException {
        int base = Suites.freeBase();
        Settings settings = Settings.from(
                Map.of("MAYFLY_HOME", folder.toString(), "MAYFLY_INTERNAL_PORT_BASE", Integer.toString(base)));
        var installation =
                Installation.open(settings, new Distribution(Path.of("target/dist")), new OwnProcesses(folder).mark());
        try (var launcher = new Launcher()) {
            var kafka = new KafkaComponent(installation, launcher);
            assertThat(PortCheck.complaint(settings, List.of(kafka))).isEmpty();
            try (var taken = new ServerSocket(kafka.port(), 1, InetAddress.getLoopbackAddress())) {
                assertThat(PortCheck.complaint(settings, List.of(kafka)))
                        .hasValueSatisfying(message -> assertThat(message)
                                .contains("Port " + taken.getLocalPort(), "kafka", "MAYFLY_INTERNAL_PORT_BASE")
                                .doesNotContain("MAYFLY_INTERNAL_PORT_BASE=" + base));
            }
        }
    }
}
