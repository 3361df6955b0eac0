package dev.mayfly.sandbox.microvm;

import static dev.mayfly.sandbox.contract.guests.JavaGuest.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxTechnology;
import dev.mayfly.sandbox.contract.guests.JavaGuest;
import dev.mayfly.sandbox.guest.Bootstraps;
import dev.mayfly.sandbox.guest.JavaRuntime;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Functions in Java in virtual machines. */
class JavaMicrovmTest {
    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    private static JsonNode called(Sandbox sandbox) throws InterruptedException {
        return JsonMapper.shared().readTree(answer(sandbox, "{\"name\":\"a\"}"));
    }

    private static List<String> hooks(JsonNode answer) {
        return answer.get("hooks").valueStream().map(JsonNode::asString).toList();
    }

    @Test
    void aFunctionRunsAndCopiesOfItsSnapshotGoOnAsTheirOwn(@TempDir Path folder) throws Exception {
        try (SandboxTechnology technology =
                new MicrovmTechnology(MicrovmsUnderTest.settings(folder.resolve("state")))) {
            technology.recover();
            var availability = technology.check();
            Assumptions.assumeTrue(availability.available(), availability.detail());
            assertThat(technology.runtimes()).contains(JavaRuntime.NAME);
            Bootstraps.writeTo(folder.resolve("runtime"));
            JavaGuest guest = JavaGuest.compile(folder, folder.resolve("runtime/lib"));
            var options = Map.of("JAVA_TOOL_OPTIONS", "-Dof.the.user=yes");
            var spec = guest.spec(JavaGuest.REQUEST_HANDLER, 512, options, log::add);
            try (Sandbox sandbox = technology.start(spec)) {
                assertThat(called(sandbox).get("option").asString()).isEqualTo("yes");
                assertThat(hooks(called(sandbox))).isEmpty();
                assertThat(answer(sandbox, "{\"fail\":1}"))
                        .contains("failed: ", "boom", "java.lang.IllegalStateException");
                assertThat(log).contains("hello from java");
            }
            technology.snapshot(guest.spec(JavaGuest.REQUEST_HANDLER, 512, options, log::add));
            Set<Long> randoms = new HashSet<>();
            for (int copy = 0; copy < 2; copy++) {
                try (Sandbox sandbox =
                        technology.start(guest.spec(JavaGuest.REQUEST_HANDLER, 512, options, log::add))) {
                    assertThat(sandbox.isRestored()).isTrue();
                    JsonNode answer = called(sandbox);
                    assertThat(hooks(answer)).containsExactly("kept", "restored");
                    assertThat(Instant.ofEpochMilli(answer.get("millis").asLong()))
                            .isCloseTo(Instant.now(), within(1, ChronoUnit.MINUTES));
                    randoms.add(answer.get("random").asLong());
                    assertThat(called(sandbox).get("name").asString()).isEqualTo("a");
                }
            }
            assertThat(randoms).hasSize(2);
        }
    }
}
