package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.time.Duration;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** Every way in which a function's init phase fails, as its caller sees it. */
public abstract class InitContract extends SandboxContract {
    private SandboxStartException failure(Behaviour behaviour, Duration initTimeout) {
        SandboxSpec limited = Specs.withInitTimeout(spec(behaviour), initTimeout);
        SandboxStartException failure =
                Assertions.catchThrowableOfType(SandboxStartException.class, () -> start(limited));
        assertThat(failure).as("start of " + behaviour).isNotNull();
        assertThat(failure.origin()).isEqualTo(SandboxStartException.Cause.FUNCTION);
        assertThat(failure.initNanos()).isPositive();
        return failure;
    }

    private void fails(Behaviour behaviour, String errorType, String message) throws Exception {
        SandboxStartException failure = failure(behaviour, Duration.ofSeconds(10));
        assertThat(failure.errorType()).isEqualTo(errorType);
        assertThat(failure).hasMessageContaining(message);
        assertNextSandboxWorks();
    }

    @Test
    void codeThatThrowsWhileLoading() throws Exception {
        SandboxStartException failure = failure(Behaviour.INIT_FAILS, Duration.ofSeconds(10));
        assertThat(failure).hasMessageContaining("boom");
        assertNextSandboxWorks();
    }

    @Test
    void codeThatExitsWhileLoading() throws Exception {
        fails(Behaviour.INIT_EXITS, "Runtime.ExitError", "exit status 4");
    }

    @Test
    void codeThatNeverFinishesLoading() throws Exception {
        SandboxStartException failure = failure(Behaviour.INIT_HANGS, Duration.ofSeconds(1));
        assertThat(failure.errorType()).isEqualTo("Sandbox.Timedout");
        assertNextSandboxWorks();
    }

    @Test
    void codeWithoutTheHandler() throws Exception {
        fails(Behaviour.NO_HANDLER, "Runtime.HandlerNotFound", "");
    }

    @Test
    void codeWithoutTheModule() throws Exception {
        fails(Behaviour.NO_MODULE, "Runtime.ImportModuleError", "");
    }

    @Test
    void codeThatDoesNotParse() throws Exception {
        fails(Behaviour.SYNTAX_ERROR, "Runtime.UserCodeSyntaxError", "");
    }
}
