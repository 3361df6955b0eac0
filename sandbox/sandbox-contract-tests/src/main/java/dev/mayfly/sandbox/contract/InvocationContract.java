package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.InvocationResult.Crashed;
import dev.mayfly.sandbox.api.InvocationResult.FunctionError;
import dev.mayfly.sandbox.api.InvocationResult.Success;
import dev.mayfly.sandbox.api.InvocationResult.TimedOut;
import dev.mayfly.sandbox.api.Sandbox;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Events in, answers out, and every way in which an invocation can end. */
public abstract class InvocationContract extends SandboxContract {
    @Test
    void answersTheEvent() throws Exception {
        Sandbox sandbox = shared(Behaviour.ECHO);
        JsonNode answer = answer(invoke(sandbox, "{\"a\":[1,2.5,null,true],\"ü\":\"\\u0000 \\\"x\\\" 🪰\"}"));
        assertThat(answer.get("a").toString()).isEqualTo("[1,2.5,null,true]");
        assertThat(answer.get("ü").asString()).isEqualTo("\0 \"x\" 🪰");
        assertThat(sandbox.isReusable()).isTrue();
    }

    @Test
    void answersAnEventOfNearlySixMegabytes() throws Exception {
        String event = "\"" + "x".repeat(InvocationResult.MAX_RESPONSE_BYTES - 2) + "\"";
        Success result = (Success) invoke(shared(Behaviour.ECHO), event);
        assertThat(result.payload()).hasSize(event.length());
    }

    @Test
    void oneSandboxServesManyInvocations() throws Exception {
        Sandbox sandbox = start(Behaviour.COUNT);
        for (int i = 1; i <= 20; i++) {
            assertThat(answer(invoke(sandbox, "{}")).asInt())
                    .isEqualTo(underTest().keepsState() ? i : 1);
        }
    }

    @Test
    void sandboxesDoNotShareState() throws Exception {
        invoke(start(Behaviour.COUNT), "{}");
        assertThat(answer(invoke(start(Behaviour.COUNT), "{}")).asInt()).isEqualTo(1);
    }

    @Test
    void twentySandboxesAtOnce() throws Exception {
        var code = code(Behaviour.ECHO);
        List<Callable<Integer>> work = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            work.add(() -> {
                Sandbox sandbox = start(spec(code));
                return answer(invoke(sandbox, Integer.toString(number))).asInt();
            });
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> answers = threads.invokeAll(work);
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).isEqualTo(i);
            }
        }
    }

    @Test
    void tellsTheFunctionAboutItsInvocation() throws Exception {
        String id = UUID.randomUUID().toString();
        String trace = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1";
        long before = System.currentTimeMillis();
        JsonNode answer = answer(shared(Behaviour.CONTEXT)
                .invoke(new InvocationRequest(
                        id, "{}".getBytes(StandardCharsets.UTF_8), Duration.ofSeconds(7), ARN, trace, null)));
        assertThat(answer.get("requestId").asString()).isEqualTo(id);
        assertThat(answer.get("functionArn").asString()).isEqualTo(ARN);
        assertThat(answer.get("traceId").asString()).isEqualTo(trace);
        assertThat(answer.get("deadlineMs").asLong()).isBetween(before + 6_500, System.currentTimeMillis() + 7_500);
    }

    @Test
    void tellsTheFunctionAboutItsClient() throws Exception {
        Sandbox sandbox = shared(Behaviour.CONTEXT);
        String client =
                Base64.getEncoder().encodeToString("{\"custom\":{\"a\":\"ü\"}}".getBytes(StandardCharsets.UTF_8));
        JsonNode answer = answer(sandbox.invoke(new InvocationRequest(
                "with-client", "{}".getBytes(StandardCharsets.UTF_8), Duration.ofSeconds(7), ARN, null, client)));
        Assumptions.assumeTrue(answer.has("clientContext"), "No guest of this technology can see its client context");
        assertThat(answer.get("clientContext").toString()).isEqualTo("{\"custom\":{\"a\":\"ü\"}}");
        JsonNode without = answer(invoke(sandbox, "{}"));
        assertThat(without.get("clientContext").isNull()).isTrue();
        assertThat(without.get("identity").isNull()).isTrue();
        assertThat(without.path("traceId").asString("")).isEmpty();
    }

    @Test
    void logsLinesInOrderBeforeTheAnswer() throws Exception {
        Sandbox sandbox = start(Behaviour.LOG);
        for (int i = 1; i <= 3; i++) {
            log.clear();
            invoke(sandbox, "{}");
            assertThat(log).anyMatch(line -> line.contains("to stderr"));
        }
    }

    @Test
    void measures() throws Exception {
        Sandbox sandbox = shared(Behaviour.ECHO);
        InvocationResult result = invoke(sandbox, "{}");
        assertThat(result.usage().durationNanos()).isPositive();
        assertThat(result.usage().cpuNanos()).isNotNegative();
        assertThat(result.usage().peakMemoryBytes()).isBetween(0L, 256L << 20);
        assertThat(sandbox.initDuration()).isPositive();
    }

    @Test
    void anErrorIsTheFunctionsAndTheNextInvocationIsFine() throws Exception {
        Sandbox sandbox = start(Behaviour.FAIL);
        for (int i = 0; i < 3; i++) {
            InvocationResult result = invoke(sandbox, "{}");
            JsonNode error = error(result);
            assertThat(error.get("errorMessage").asString()).isEqualTo("boom");
            assertThat(error.get("errorType").asString()).isNotBlank();
            assertThat(((FunctionError) result).usage().durationNanos()).isPositive();
        }
        assertThat(sandbox.isReusable()).isTrue();
    }

    @Test
    void anExitIsACrashWithItsStatus() throws Exception {
        Sandbox sandbox = start(Behaviour.EXIT);
        assertThat(invoke(sandbox, "{}")).isInstanceOfSatisfying(Crashed.class, crashed -> {
            assertThat(crashed.errorType()).isEqualTo("Runtime.ExitError");
            assertThat(crashed.errorMessage()).contains("exit status 3");
        });
        assertThat(sandbox.isReusable()).isFalse();
        assertNextSandboxWorks();
    }

    @Test
    void aFunctionThatNeverAnswersIsStoppedInTime() throws Exception {
        Sandbox sandbox = start(Behaviour.LOOP);
        InvocationResult result = sandbox.invoke(request("{}", Duration.ofMillis(500)));
        assertThat(result).isInstanceOf(TimedOut.class);
        assertThat(result.usage().durationNanos())
                .isBetween(
                        Duration.ofMillis(500).toNanos(), Duration.ofSeconds(10).toNanos());
        assertThat(sandbox.isReusable()).isFalse();
        assertNextSandboxWorks();
    }

    @Test
    void anAnswerAfterTheDeadlineIsNobodys() throws Exception {
        Sandbox sandbox = start(Behaviour.LATE);
        assertThat(sandbox.invoke(request("1000", Duration.ofMillis(300)))).isInstanceOf(TimedOut.class);
        assertThat(sandbox.isReusable()).isFalse();
        assertNextSandboxWorks();
    }

    @Test
    void anAnswerThatIsTooLargeIsAnErrorAndTheNextInvocationIsFine() throws Exception {
        Sandbox sandbox = start(Behaviour.SIZED_ANSWER);
        JsonNode error = error(invoke(sandbox, Integer.toString(7 * 1024 * 1024)));
        assertThat(error.get("errorType").asString()).isEqualTo("Function.ResponseSizeTooLarge");
        assertThat(answer(invoke(sandbox, "5")).asString()).hasSize(5);
    }

    @Test
    void anAnswerThatIsNotJsonIsAnError() throws Exception {
        Sandbox sandbox = start(Behaviour.NOT_JSON);
        assertThat(error(invoke(sandbox, "{}")).get("errorType").asString()).isNotBlank();
    }
}
