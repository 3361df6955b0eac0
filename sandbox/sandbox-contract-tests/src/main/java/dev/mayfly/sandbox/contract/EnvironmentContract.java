package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The variables that a function sees. */
public abstract class EnvironmentContract extends SandboxContract {
    private JsonNode environment(Map<String, String> variables) throws Exception {
        return answer(invoke(start(Specs.withEnvironment(spec(Behaviour.ENVIRONMENT), variables)), "{}"));
    }

    @Test
    void itsOwnAndTheDocumentedOnes() throws Exception {
        JsonNode environment = environment(Map.of());
        assertThat(environment.get("GREETING").asString()).isEqualTo("Grüezi = \"hello\"");
        assertThat(environment.get("EMPTY").asString()).isEmpty();
        assertThat(environment.get("AWS_LAMBDA_FUNCTION_NAME").asString()).isEqualTo("contract");
        assertThat(environment.get("LAMBDA_TASK_ROOT").asString()).isEqualTo("/var/task");
    }

    @Test
    void noneOfTheHost() throws Exception {
        JsonNode environment = environment(Map.of());
        for (String ofTheHost : List.of("JAVA_HOME", "MAYFLY_TRUST_KEY", "SUDO_USER", "MAVEN_HOME", "NOTIFY_SOCKET")) {
            assertThat(environment.has(ofTheHost)).as(ofTheHost).isFalse();
        }
        for (JsonNode value : environment) {
            assertThat(value.asString()).doesNotContain(folder().toString());
        }
    }

    @Test
    void valuesThatLookOddArriveAsTheyAre() throws Exception {
        Map<String, String> odd = Map.of(
                "ODD_LINES", "a\nb\r\n\tc",
                "ODD_EQUALS", "=a=b=",
                "ODD_SHELL", "$HOME ${PATH} `id` $(id) %s \\n 'x' \"y\"",
                "ODD_TEXT", "🪰 ü \u0001\u007f",
                "ODD_LONG", "x".repeat(3000),
                "ODD_SPACES", "  ",
                "constructor", "c",
                "toString", "t",
                "lower_Case9", "l");
        JsonNode environment = environment(odd);
        odd.forEach((name, value) ->
                assertThat(environment.path(name).asString("missing")).as(name).isEqualTo(value));
    }

    @Test
    void theFunctionDoesNotReplaceWhatThePlatformSets() throws Exception {
        JsonNode environment = environment(Map.of(
                "LAMBDA_TASK_ROOT",
                "/tmp",
                "LAMBDA_RUNTIME_DIR",
                "/tmp",
                "_HANDLER",
                "other.handler",
                "PATH",
                "/own:/usr/bin"));
        assertThat(environment.get("LAMBDA_TASK_ROOT").asString()).isEqualTo("/var/task");
        assertThat(environment.path("LAMBDA_RUNTIME_DIR").asString("")).isNotEqualTo("/tmp");
        assertThat(environment.path("_HANDLER").asString("")).isNotEqualTo("other.handler");
    }

    @Test
    void variablesThatOnlyWorkWhenAProcessStarts() throws Exception {
        JsonNode process = answer(invoke(
                start(Specs.withEnvironment(
                        spec(Behaviour.PROCESS),
                        Map.of("NODE_OPTIONS", "--stack-trace-limit=7", "PYTHONOPTIMIZE", "1", "TZ", "Asia/Tokyo"))),
                "{}"));
        Assumptions.assumeTrue(process.has("startOnly"), "No guest of this technology has such variables");
        assertThat(process.get("startOnly").asBoolean()).isTrue();
        assertThat(process.get("hour").asInt()).isEqualTo(9);
    }

    @Test
    void theTimeZoneAlone() throws Exception {
        JsonNode process =
                answer(invoke(start(Specs.withEnvironment(spec(Behaviour.PROCESS), Map.of("TZ", "Asia/Tokyo"))), "{}"));
        Assumptions.assumeTrue(process.has("hour"), "No guest of this technology has a time zone");
        assertThat(process.get("hour").asInt()).isEqualTo(9);
        assertThat(process.get("startOnly").asBoolean()).isFalse();
    }
}
