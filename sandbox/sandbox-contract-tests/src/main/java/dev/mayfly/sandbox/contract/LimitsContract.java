package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.InvocationResult.Crashed;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a function may use, and that taking more harms only itself. */
public abstract class LimitsContract extends SandboxContract {
    @Test
    void memory() throws Exception {
        Sandbox sandbox = start(Behaviour.ALLOCATE);
        InvocationResult result = sandbox.invoke(request("{}", Duration.ofSeconds(60)));
        assertThat(result).isInstanceOfSatisfying(Crashed.class, crashed -> {
            assertThat(crashed.errorType()).isIn("Runtime.OutOfMemory", "Runtime.ExitError");
            assertThat(crashed.errorMessage()).isNotBlank();
        });
        assertThat(result.usage().peakMemoryBytes()).isLessThanOrEqualTo(257L << 20);
        assertThat(sandbox.isReusable()).isFalse();
        assertNextSandboxWorks();
    }

    @Test
    void processes() throws Exception {
        Sandbox sandbox = start(Behaviour.SPAWN);
        assertThat(answer(sandbox.invoke(request("{}", Duration.ofSeconds(60)))).asInt())
                .isBetween(1, 1024);
        sandbox.close();
        assertNextSandboxWorks();
    }

    @Test
    void openFiles() throws Exception {
        assertThat(answer(invoke(start(Behaviour.OPEN_FILES), "{}")).asInt()).isBetween(100, 1024);
        assertNextSandboxWorks();
    }

    @Test
    void sizeOfTmp() throws Exception {
        SandboxSpec spec = spec(code(Behaviour.FILL_TMP));
        Sandbox sandbox = start(spec);
        assertThat(answer(invoke(sandbox, "40")).asString()).startsWith("ok");
        assertThat(answer(invoke(sandbox, "65")).asString()).startsWith("no");
        assertNextSandboxWorks();
    }

    @Test
    void filesInTmp() throws Exception {
        assertThat(answer(sandboxTime(start(Behaviour.FILL_INODES))).asInt()).isBetween(1, 100_000);
        assertNextSandboxWorks();
    }

    @Test
    void logOutput() throws Exception {
        Sandbox sandbox = start(Behaviour.FLOOD);
        InvocationResult result = sandbox.invoke(request(Integer.toString(1 << 30), Duration.ofSeconds(90)));
        assertThat(answer(result).asString()).isEqualTo("done");
        assertThat(log.stream().mapToLong(String::length).sum()).isLessThan(64L << 20);
        assertThat(sandbox.isReusable()).isTrue();
        log.clear();
        assertThat(answer(invoke(sandbox, "2000")).asString()).isEqualTo("done");
        assertThat(log).isNotEmpty();
        assertNextSandboxWorks();
    }

    private static InvocationResult sandboxTime(Sandbox sandbox) throws InterruptedException {
        return sandbox.invoke(request("{}", Duration.ofSeconds(60)));
    }
}
