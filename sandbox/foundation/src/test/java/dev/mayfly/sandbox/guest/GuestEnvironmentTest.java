package dev.mayfly.sandbox.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.SandboxSpec;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuestEnvironmentTest {
    private static SandboxSpec spec(Map<String, String> environment) {
        return new SandboxSpec(
                "s",
                new FunctionCode(Path.of("/code"), "00", "nodejs20.x", "index.handler"),
                environment,
                128,
                512,
                Duration.ofSeconds(10),
                new InetSocketAddress("127.0.0.1", 9),
                false,
                _ -> {});
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NODE_OPTIONS",
                "LD_PRELOAD",
                "PYTHONOPTIMIZE",
                "MALLOC_ARENA_MAX",
                "LC_ALL",
                "LANG",
                "PATH",
                "UV_THREADPOOL_SIZE"
            })
    void whatIsReadAtTheStartCannotComeLate(String name) {
        assertThat(GuestEnvironment.canComeLate(spec(Map.of(name, "own")))).isFalse();
    }

    @Test
    void ordinaryVariablesCanComeLate() {
        assertThat(GuestEnvironment.canComeLate(spec(Map.of("TABLE", "t", "TZ", "Asia/Tokyo", "LANG", "C.UTF-8"))))
                .isTrue();
    }

    @Test
    void theFunctionReplacesNothingThatThePlatformSets() {
        Map<String, String> environment = GuestEnvironment.of(
                spec(Map.of("AWS_LAMBDA_RUNTIME_API", "elsewhere", "LAMBDA_TASK_ROOT", "/", "TZ", "Asia/Tokyo")),
                "127.0.0.1");
        assertThat(environment)
                .containsEntry("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
                .containsEntry("LAMBDA_TASK_ROOT", "/var/task")
                .containsEntry("_HANDLER", "index.handler")
                .containsEntry("TZ", "Asia/Tokyo");
    }
}
