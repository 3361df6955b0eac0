package dev.mayfly.sandbox.microvm;

import static dev.mayfly.sandbox.contract.guests.JavaGuest.answer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxTechnology;
import dev.mayfly.sandbox.contract.guests.JavaGuest;
import dev.mayfly.sandbox.guest.Bootstraps;
import dev.mayfly.sandbox.guest.JavaRuntime;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Functions in Java in virtual machines. */
class JavaMicrovmTest {
    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    @Test
    void handlersOfEveryKindRun(@TempDir Path folder) throws Exception {
        try (SandboxTechnology technology =
                new MicrovmTechnology(MicrovmsUnderTest.settings(folder.resolve("state")))) {
            technology.recover();
            var availability = technology.check();
            Assumptions.assumeTrue(availability.available(), availability.detail());
            assertThat(technology.runtimes()).contains(JavaRuntime.NAME);
            Bootstraps.writeTo(folder.resolve("runtime"));
            JavaGuest guest = JavaGuest.compile(folder, folder.resolve("runtime/lib/aws-lambda-java-core.jar"));
            var options = Map.of("JAVA_TOOL_OPTIONS", "-Dof.the.user=yes");
            try (Sandbox sandbox = technology.start(guest.spec(JavaGuest.REQUEST_HANDLER, 512, options, log::add))) {
                assertThat(answer(sandbox, "{\"name\":\"a\"}")).contains("\"name\":\"a\"", "\"option\":\"yes\"");
                assertThat(answer(sandbox, "{\"name\":\"a\"}")).contains("\"name\":\"a\"", "\"option\":\"yes\"");
                assertThat(answer(sandbox, "{\"fail\":1}"))
                        .contains("failed: ", "boom", "java.lang.IllegalStateException");
                assertThat(log).contains("hello from java");
            }
        }
    }
}
