package dev.mayfly.standalone.home;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuiteStateTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsRead() throws IOException {
        Path file = folder.resolve("state");
        var state = new SuiteState(
                SuiteState.Phase.FAILED,
                "12@boot/3",
                "http://localhost:8080",
                "us-east-1",
                Instant.parse("2026-01-02T03:04:05Z"),
                Instant.EPOCH,
                "two\nlines",
                List.of(new ComponentState(
                        "kafka",
                        ComponentState.Condition.CRASHED,
                        0,
                        19092,
                        3,
                        Instant.EPOCH,
                        "ended with exit code 1")));

        state.write(file);

        assertThat(SuiteState.read(file)).contains(state);
    }

    @Test
    void noFileAndAFileOfAnotherVersionAreNoState() throws IOException {
        assertThat(SuiteState.read(folder.resolve("none"))).isEmpty();
        Path other = Files.writeString(folder.resolve("other"), "suite\tREADY\n");
        assertThat(SuiteState.read(other)).isEmpty();
    }
}
