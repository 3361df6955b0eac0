package dev.mayfly.host.invocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.hosting.InvocationOutcome.Start;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InvocationLogTest {
    @ParameterizedTest
    @CsvSource({
        "COLD,     70000, 'Init Duration: 70.00 ms\t'",
        "RESTORED, 70000, 'Restore Duration: 70.00 ms\t'",
        "WARM,     0,     ''"
    })
    void theReportIsLambdas(Start start, long startMicros, String expected) {
        var log = new InvocationLog((key, request, line) -> {}, "key", "r", true);
        log.end(1_500, 2, 128, 30 << 20, start, startMicros, "");
        assertThat(new String(Base64.getDecoder().decode(log.tail()), StandardCharsets.UTF_8))
                .isEqualTo("END RequestId: r\n"
                        + "REPORT RequestId: r\tDuration: 1.50 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB"
                        + "\tMax Memory Used: 30 MB\t" + expected + "\n");
    }
}
