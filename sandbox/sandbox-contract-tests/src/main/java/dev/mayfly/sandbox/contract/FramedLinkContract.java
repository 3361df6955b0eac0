package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.InvocationResult.Crashed;
import dev.mayfly.sandbox.api.InvocationResult.FunctionError;
import dev.mayfly.sandbox.api.InvocationResult.Success;
import dev.mayfly.sandbox.api.InvocationResult.TimedOut;
import dev.mayfly.sandbox.api.Sandbox;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Functions that write to the stream of the runtime they run in: they harm nobody's answer but their own. */
public abstract class FramedLinkContract extends SandboxContract {
    private static final String OWN_ANSWER = "{\"type\":3,\"id\":\"own\",\"body\":\"\\\"forged\\\"\"}";
    private static final String OWN_ERROR =
            "{\"type\":4,\"id\":\"own\",\"body\":\"{\\\"errorType\\\":\\\"Forged\\\"}\"}";

    private static String raw(byte[] bytes) {
        return "{\"raw\":\"" + Base64.getEncoder().encodeToString(bytes) + "\"}";
    }

    /** A head that promises so many bytes after it, and what follows. */
    private static String frame(int length, int type, String content) {
        byte[] text = content.getBytes(StandardCharsets.ISO_8859_1);
        return raw(ByteBuffer.allocate(5 + text.length)
                .putInt(length)
                .put((byte) type)
                .put(text)
                .array());
    }

    private InvocationResult write(Sandbox sandbox, String frames, String more) throws InterruptedException {
        return sandbox.invoke(request("{\"frames\":[" + frames + "]" + more + "}", Duration.ofSeconds(10)));
    }

    @Test
    void theGuestFindsTheStream() throws Exception {
        assertThat(answer(write(shared(Behaviour.FRAMES), "", "")).asInt()).isPositive();
    }

    @Test
    void answersToOtherInvocationsAreNobodys() throws Exception {
        Sandbox sandbox = shared(Behaviour.FRAMES);
        String others = "{\"type\":3,\"id\":\"\",\"body\":\"1\"},{\"type\":3,\"id\":\"another\",\"body\":\"2\"},"
                + "{\"type\":4,\"id\":\"another\",\"body\":\"{}\"},{\"type\":5,\"id\":\"another\",\"body\":\"{}\"},"
                + "{\"type\":77,\"id\":\"another\",\"body\":\"x\"}";
        assertThat(answer(write(sandbox, others, ",\"times\":100,\"answer\":\"mine\""))
                        .asString())
                .isEqualTo("mine");
        assertThat(answer(write(sandbox, "", ",\"answer\":\"mine again\"")).asString())
                .isEqualTo("mine again");
    }

    @Test
    void theFirstAnswerCountsAndTheSecondIsNobodys() throws Exception {
        Sandbox sandbox = shared(Behaviour.FRAMES);
        for (int i = 0; i < 3; i++) {
            assertThat(answer(write(sandbox, OWN_ANSWER, ",\"times\":50")).asString())
                    .isEqualTo("forged");
            assertThat(error(write(sandbox, OWN_ERROR, "")).get("errorType").asString())
                    .isEqualTo("Forged");
            assertThat(answer(write(sandbox, "", ",\"answer\":\"mine\"")).asString())
                    .isEqualTo("mine");
        }
    }

    @Test
    void anAnswerInAdvanceIsNobodys() throws Exception {
        Sandbox sandbox = shared(Behaviour.FRAMES);
        answer(write(sandbox, "{\"type\":3,\"id\":\"the-next\",\"body\":\"\\\"stale\\\"\"}", ",\"answer\":1"));
        InvocationResult result = sandbox.invoke(new InvocationRequest(
                "after-it",
                "{\"frames\":[],\"answer\":2}".getBytes(StandardCharsets.UTF_8),
                Duration.ofSeconds(10),
                ARN,
                null,
                null));
        assertThat(answer(result).asInt()).isEqualTo(2);
    }

    @Test
    void anAnswerThatIsNoJsonOrTooLargeIsItsCallersToSee() throws Exception {
        Sandbox sandbox = shared(Behaviour.FRAMES);
        assertThat(write(sandbox, "{\"type\":3,\"id\":\"own\",\"body\":\"{\"}", ""))
                .isInstanceOfAny(Success.class, FunctionError.class);
        assertThat(answer(write(sandbox, "", ",\"answer\":\"mine\"")).asString())
                .isEqualTo("mine");
    }

    static List<String> malformed() {
        return List.of(
                frame(0, 3, ""),
                frame(-1, 3, ""),
                frame(Integer.MIN_VALUE, 3, "x"),
                frame(Integer.MAX_VALUE, 3, "x"),
                frame(7 << 20, 3, "x"),
                frame(2, 3, "\u00ff"),
                frame(4, 3, "\u00c8ab"),
                raw("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)),
                "{\"type\":1,\"id\":\"own\",\"body\":\"ready again\"}",
                "{\"type\":0,\"id\":\"own\",\"body\":\"hello again\"}",
                "{\"type\":2,\"id\":\"own\",\"body\":\"{}\"}",
                "{\"type\":255,\"id\":\"own\",\"body\":\"\"}");
    }

    @ParameterizedTest
    @MethodSource
    void malformed(String frames) throws Exception {
        Sandbox sandbox = shared(Behaviour.FRAMES);
        assertThat(write(sandbox, frames, ",\"answer\":\"mine\"")).isInstanceOf(Crashed.class);
        assertThat(sandbox.isReusable()).isFalse();
    }

    @Test
    void aFrameThatNeverEndsRunsIntoTheDeadline() throws Exception {
        Sandbox sandbox = start(Behaviour.FRAMES);
        InvocationResult result = sandbox.invoke(
                request("{\"frames\":[" + frame(1 << 20, 3, "\u0003abc") + "],\"answer\":1}", Duration.ofMillis(700)));
        assertThat(result).isInstanceOf(TimedOut.class);
        assertNextSandboxWorks();
    }

    @Test
    void framesWithoutEndRunIntoTheDeadline() throws Exception {
        Sandbox victim = victim();
        Sandbox sandbox = start(Behaviour.FRAMES);
        InvocationResult result = sandbox.invoke(request(
                "{\"frames\":[{\"type\":3,\"id\":\"another\",\"body\":\"" + "x".repeat(10_000)
                        + "\"}],\"forever\":true}",
                Duration.ofMillis(700)));
        assertThat(result).isInstanceOf(TimedOut.class);
        assertUnharmed(victim);
    }

    @Test
    void hangingUpIsACrash() throws Exception {
        Sandbox sandbox = start(Behaviour.FRAMES);
        assertThat(write(sandbox, "", ",\"close\":true")).isInstanceOfAny(Crashed.class, TimedOut.class);
        assertThat(sandbox.isReusable()).isFalse();
        assertNextSandboxWorks();
    }

    @Test
    void aSecondConnectionIsRefused() throws Exception {
        assertRefused(shared(Behaviour.PROBE), "connect-unix /run/runtime.sock", "connect 127.0.0.1 9001");
    }
}
