package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.InvocationResult.Crashed;
import dev.mayfly.sandbox.api.InvocationResult.TimedOut;
import dev.mayfly.sandbox.api.Sandbox;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What a function may use, and that taking more harms only itself. */
public abstract class LimitsContract extends SandboxContract {
    @Test
    void memory() throws Exception {
        Sandbox victim = victim();
        Sandbox sandbox = start(Behaviour.ALLOCATE);
        InvocationResult result = sandbox.invoke(request("{}", Duration.ofSeconds(60)));
        assertThat(result).isInstanceOfSatisfying(Crashed.class, crashed -> {
            assertThat(crashed.errorType()).isIn("Runtime.OutOfMemory", "Runtime.ExitError");
            assertThat(crashed.errorMessage()).isNotBlank();
        });
        assertThat(result.usage().peakMemoryBytes()).isLessThanOrEqualTo(257L << 20);
        assertThat(sandbox.isReusable()).isFalse();
        assertUnharmed(victim);
    }

    @Test
    void cpuShare() throws Exception {
        Assumptions.assumeTrue(underTest().limitsCpu(), "Sandboxes have a whole core here, whatever their size");
        Sandbox sandbox = start(Behaviour.LOOP);
        InvocationResult result = sandbox.invoke(request("{}", Duration.ofSeconds(1)));
        Assumptions.assumeTrue(result.usage().cpuNanos() != 0, "This technology does not measure CPU time");
        assertThat(result.usage().cpuNanos())
                .as("256 MB are 0.145 of a core")
                .isBetween(10_000_000L, result.usage().durationNanos() / 2);
    }

    @Test
    void processes() throws Exception {
        Sandbox victim = victim();
        Sandbox sandbox = start(Specs.withMemory(spec(Behaviour.SPAWN), Specs.WHOLE_CORE_MB));
        InvocationResult result = sandbox.invoke(request("{}", Duration.ofSeconds(60)));
        if (result instanceof Crashed) {
            assertThat(underTest().hasOwnKernel())
                    .as("a kernel of its own may end with it")
                    .isTrue();
        } else {
            assertThat(answer(result).asInt()).isBetween(1, 1024);
        }
        sandbox.close();
        assertUnharmed(victim);
    }

    @Test
    void processesThatMultiply() throws Exception {
        Sandbox victim = victim();
        Sandbox sandbox = start(Behaviour.FORK_BOMB);
        assertThat(sandbox.invoke(request("{}", Duration.ofSeconds(1)))).isInstanceOfAny(TimedOut.class, Crashed.class);
        assertUnharmed(victim);
        sandbox.close();
        assertUnharmed(victim());
    }

    @Test
    void openFiles() throws Exception {
        assertThat(answer(invoke(start(Behaviour.OPEN_FILES), "{}")).asInt()).isBetween(100, 1024);
        assertNextSandboxWorks();
    }

    @Test
    void sizeOfTmp() throws Exception {
        Sandbox victim = victim();
        Sandbox sandbox = start(Specs.withMemory(spec(Behaviour.FILL_TMP), Specs.WHOLE_CORE_MB));
        assertThat(answer(invoke(sandbox, "40")).asString()).startsWith("ok");
        assertThat(answer(invoke(sandbox, "65")).asString()).startsWith("no");
        assertUnharmed(victim);
    }

    @Test
    void filesInTmp() throws Exception {
        Sandbox victim = victim();
        Sandbox sandbox = start(Specs.withMemory(spec(Behaviour.FILL_INODES), Specs.WHOLE_CORE_MB));
        assertThat(answer(sandbox.invoke(request("{}", Duration.ofSeconds(60)))).asInt())
                .isBetween(1, 100_000);
        assertUnharmed(victim);
    }

    @Test
    void logOutput() throws Exception {
        Sandbox sandbox = start(Specs.withMemory(spec(Behaviour.FLOOD), Specs.WHOLE_CORE_MB));
        InvocationResult result = sandbox.invoke(request(Integer.toString(1 << 28), Duration.ofSeconds(90)));
        assertThat(answer(result).asString()).isEqualTo("done");
        assertThat(log.stream().mapToLong(String::length).sum()).isLessThan(64L << 20);
        assertThat(sandbox.isReusable()).isTrue();
        log.clear();
        assertThat(answer(invoke(sandbox, "2000")).asString()).isEqualTo("done");
        assertThat(log).isNotEmpty();
        assertNextSandboxWorks();
    }

    @Test
    void aLogLineWithoutEnd() throws Exception {
        Sandbox sandbox = start(Specs.withMemory(spec(Behaviour.FLOOD), Specs.WHOLE_CORE_MB));
        assertThat(answer(invoke(sandbox, Integer.toString(-(16 << 20)))).asString())
                .isEqualTo("done");
        Assumptions.assumeFalse(log.isEmpty(), "No guest of this technology logs without line breaks");
        assertThat(log).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(256 << 10));
        assertThat(sandbox.isReusable()).isTrue();
    }

    @Test
    void aGuestThatLogsFasterThanItIsReadWaits() throws Exception {
        Sandbox sandbox = start(Behaviour.PROBE);
        for (int outputOrError : new int[] {1, 2}) {
            assertThat(attempt(sandbox, "blocks " + outputOrError)).isEqualTo("ok True");
        }
    }

    @Test
    void memoryThatItKeepsIsSeen() throws Exception {
        Sandbox sandbox = start(Behaviour.KEEP);
        long before = sandbox.residentMemoryBytes();
        assertThat(before).isBetween(1L << 20, 256L << 20);
        InvocationResult result = invoke(sandbox, "100");
        assertThat(answer(result).asString()).isEqualTo("kept");
        assertThat(sandbox.residentMemoryBytes()).isGreaterThan(90L << 20);
        assertThat(result.usage().peakMemoryBytes()).isGreaterThan(90L << 20);
    }
}
