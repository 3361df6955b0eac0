package dev.mayfly.sandbox.oci;

import static dev.mayfly.sandbox.contract.guests.JavaGuest.answer;
import static dev.mayfly.sandbox.contract.guests.JavaGuest.invoke;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxTechnology;
import dev.mayfly.sandbox.contract.guests.JavaGuest;
import dev.mayfly.sandbox.guest.Bootstraps;
import dev.mayfly.sandbox.guest.JavaRuntime;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions in Java, with and without an ahead-of-time cache. */
class JavaTest {
    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    @ParameterizedTest
    @ValueSource(strings = {"container", "gvisor"})
    void handlersOfEveryKindRunWithAndWithoutACache(String tier, @TempDir Path folder) throws Exception {
        Path state = folder.resolve("state");
        try (SandboxTechnology technology = tier.equals("container")
                ? OciTechnology.container(OciSettings.container(state).withShellMemory(0))
                : OciTechnology.gvisor(OciSettings.gvisor(state).withShellMemory(0))) {
            technology.recover();
            var availability = technology.check();
            Assumptions.assumeTrue(availability.available(), availability.detail());
            assertThat(technology.runtimes()).contains(JavaRuntime.NAME);
            Bootstraps.writeTo(folder.resolve("runtime"));
            JavaGuest guest = JavaGuest.compile(folder, folder.resolve("runtime/lib"));
            var plain = guest.spec(
                    JavaGuest.REQUEST_HANDLER, 512, Map.of("JAVA_TOOL_OPTIONS", "-Dof.the.user=yes"), log::add);
            try (Sandbox sandbox = technology.start(plain)) {
                assertThat(answer(sandbox, "{\"name\":\"a\"}")).contains("\"name\":\"a\"", "\"option\":\"yes\"");
                assertThat(invoke(sandbox, "{\"fail\":1}"))
                        .isInstanceOfSatisfying(
                                InvocationResult.FunctionError.class,
                                failed -> assertThat(new String(failed.payload(), StandardCharsets.UTF_8))
                                        .contains("boom", "java.lang.IllegalStateException"));
                assertThat(log).contains("hello from java");
            }
            technology.snapshot(guest.spec(JavaGuest.REQUEST_HANDLER, 512, Map.of(), log::add));
            Path caches = state.resolve("aot");
            assertThat(caches).isNotEmptyDirectory();
            for (int i = 0; i < 3; i++) {
                try (Sandbox sandbox =
                        technology.start(guest.spec(JavaGuest.REQUEST_HANDLER, 512, Map.of(), log::add))) {
                    assertThat(answer(sandbox, "{\"name\":\"b\"}")).contains("\"name\":\"b\"");
                }
            }
            try (Stream<Path> files = Files.list(caches)) {
                for (Path cache : files.toList()) {
                    Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rw-r--r--"));
                    Files.writeString(cache, "damaged");
                }
            }
            try (Sandbox sandbox = technology.start(guest.spec(JavaGuest.REQUEST_HANDLER, 512, Map.of(), log::add))) {
                assertThat(answer(sandbox, "{\"name\":\"c\"}")).contains("\"name\":\"c\"");
            }
            if (tier.equals("container")) {
                otherHandlers(technology, guest);
            }
        }
    }

    private void otherHandlers(SandboxTechnology technology, JavaGuest guest) throws Exception {
        try (Sandbox sandbox = technology.start(guest.spec(JavaGuest.POJO, 128, Map.of(), log::add))) {
            assertThat(answer(sandbox, "{\"name\":\"pojo\"}")).isEqualTo("{\"hello\":\"pojo\"}");
        }
        try (Sandbox sandbox = technology.start(guest.spec(JavaGuest.STREAM, 256, Map.of(), log::add))) {
            assertThat(answer(sandbox, "[1,2]")).isEqualTo("[1,2]");
        }
        for (String wrong : List.of("app.Missing::handleRequest", "app.Hello::missing")) {
            try (Sandbox sandbox = technology.start(guest.spec(wrong, 256, Map.of(), log::add))) {
                assertThat(invoke(sandbox, "{}")).isInstanceOf(InvocationResult.FunctionError.class);
            }
        }
    }
}
