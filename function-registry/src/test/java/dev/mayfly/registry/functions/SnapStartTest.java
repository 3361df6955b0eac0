package dev.mayfly.registry.functions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.Network;
import dev.mayfly.registry.code.CodeContents;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnapStartTest {

    private static FunctionSnapshot version(Isolation isolation, String number, FunctionStatus status) {
        var options = new FunctionOptions(List.of(), null, false, null, true, null, List.of());
        return new FunctionSnapshot(
                "000000000000",
                "f",
                number,
                "revision",
                "",
                new FunctionSettings("nodejs20.x", "index.handler", "role", "", 128, 3, 512, Map.of(), options),
                new FunctionCode("00", 1, CodeContents.OF_IMAGE, null, null),
                "x86_64",
                isolation,
                Network.NONE,
                status,
                Instant.EPOCH);
    }

    @ParameterizedTest
    @CsvSource({
        "MICROVM, 1, On",
        "GVISOR, 1, Off",
        "CONTAINER, 1, Off",
        "MICROVM, $LATEST, Off",
    })
    void isOnWhereSandboxesGoOnFromASnapshot(Isolation isolation, String number, String status) {
        var ready = version(isolation, number, FunctionStatus.READY);
        assertThat(FunctionConfiguration.of(ready, "arn").snapStart())
                .isEqualTo(Map.of("ApplyOn", "PublishedVersions", "OptimizationStatus", status));
        assertThat(ready.version().snapStart()).isEqualTo(status.equals("On"));
        var pending = version(isolation, number, FunctionStatus.CREATING);
        assertThat(FunctionConfiguration.of(pending, "arn").snapStart()).containsEntry("OptimizationStatus", "Off");
    }

    @ParameterizedTest
    @CsvSource({"MICROVM, true", "GVISOR, false", "CONTAINER, false"})
    void isPreparedWhereThereIsSomethingToPrepare(Isolation isolation, boolean prepared) {
        var latest = version(isolation, FunctionVersion.LATEST, FunctionStatus.READY);
        assertThat(Readiness.needsPreparation(latest)).isEqualTo(prepared);
    }
}
