package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.time.Duration;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** Extensions beside a function: the Extensions API, and what {@link TelemetryContract} holds of them. */
public abstract class ExtensionsContract extends TelemetryContract {
    @Test
    void anExtensionTakesPartInInvocationsAndIsToldOfTheEnd() throws Exception {
        Sandbox sandbox = start(with(Behaviour.ECHO, "slow"));
        invoke(sandbox, "{}");
        assertLogged("slow: registered 200 {\"functionName\": \"contract\"");
        for (int i = 0; i < 2; i++) {
            log.clear();
            InvocationRequest request = request("{\"a\":1}", Duration.ofSeconds(20));
            assertThat(answer(sandbox.invoke(request)).get("a").asInt()).isEqualTo(1);
            assertLogged("slow: invoke " + request.requestId() + " " + ARN);
            assertLogged("slow: done");
            sandbox.freeze();
        }
        sandbox.shutDown();
        sandbox.close();
        assertLogged("slow: shutdown spindown");
    }

    @Test
    void aStubbornOneIsEndedAndASilentOneHoldsNothingUp() throws Exception {
        Sandbox stubborn = start(with(Behaviour.ECHO, "stubborn"));
        invoke(stubborn, "{}");
        stubborn.shutDown();
        stubborn.close();
        assertLogged("stubborn: shutdown spindown");
        Sandbox silent = start(with(Behaviour.ECHO, "silent"));
        assertThat(answer(invoke(silent, "{\"a\":1}")).get("a").asInt()).isEqualTo(1);
        assertThat(log).noneMatch(line -> line.contains("silent: invoke"));
    }

    @Test
    void aTimeoutIsTold() throws Exception {
        Sandbox sandbox = start(with(Behaviour.LATE, "plain"));
        InvocationResult result = sandbox.invoke(request("60000", Duration.ofMillis(1500)));
        assertThat(result).isInstanceOf(InvocationResult.TimedOut.class);
        assertThat(Duration.ofNanos(result.usage().durationNanos())).isLessThanOrEqualTo(Duration.ofMillis(1500));
        sandbox.close();
        assertLogged("plain: shutdown timeout");
    }

    @Test
    void oneThatCrashesEndsItsSandboxAlone() throws Exception {
        Sandbox victim = victim();
        Sandbox sandbox = start(with(Behaviour.LATE, "crash"));
        assertThat(sandbox.invoke(request("20000", Duration.ofSeconds(20))))
                .asInstanceOf(InstanceOfAssertFactories.type(InvocationResult.Crashed.class))
                // Another kernel may be gone before it has told its process's exit status.
                .satisfies(crash -> assertThat(crash.errorType())
                        .isIn("Extension.Crash", underTest().hasOwnKernel() ? "Runtime.ExitError" : ""));
        assertThat(sandbox.isReusable()).isFalse();
        assertUnharmed(victim);
    }

    @Test
    void oneThatCannotBeginFailsTheInit() throws Exception {
        SandboxSpec spec = with(Behaviour.ECHO, "initerror");
        assertThatThrownBy(() -> start(spec))
                .isInstanceOfSatisfying(
                        SandboxStartException.class,
                        failure -> assertThat(failure.errorType()).isEqualTo("Extension.Own"))
                .hasMessageContaining("why");
        assertNextSandboxWorks();
    }

    @Test
    void aThousandRegistrationsAreTenAtMost() throws Exception {
        // A thousand connections on a busy machine take longer than an init phase may; what is held here is another
        // limit.
        SandboxSpec spec = Specs.withInitTimeout(with(Behaviour.ECHO, "many"), Duration.ofSeconds(60));
        assertThatThrownBy(() -> start(spec)).isInstanceOf(SandboxStartException.class);
        assertLogged("many: refused 990 Extension.TooManyExtensions");
        assertNextSandboxWorks();
    }
}
