package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.Availability;
import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import dev.mayfly.sandbox.api.SandboxTechnology;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Opens a technology, gives the tests guests, and holds that no test leaves a trace. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class SandboxContract {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String UNSUPPORTED = "no UNSUPPORTED";
    protected static final String ARN = "arn:aws:lambda:us-east-1:000000000000:function:contract";

    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private SandboxTechnology technology;

    private final List<Sandbox> started = new ArrayList<>();
    private final Map<Behaviour, Sandbox> shared = new EnumMap<>(Behaviour.class);

    /** The lines that the guests of the running test logged. */
    protected final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    protected abstract TechnologyUnderTest underTest();

    @BeforeAll
    final void openTechnology(@TempDir Path temporary) throws IOException {
        folder = Files.createDirectories(temporary.resolve("state"));
        technology = underTest().open(folder);
        technology.recover();
        Availability availability = technology.check();
        Assumptions.assumeTrue(availability.available(), availability.detail());
    }

    @AfterAll
    final void closeTechnology() throws IOException {
        shared.values().forEach(Sandbox::close);
        technology.close();
        assertThat(underTest().traces(folder)).isEmpty();
    }

    @BeforeEach
    final void clearLog() {
        log.clear();
    }

    @AfterEach
    final void closeSandboxes() throws IOException {
        started.forEach(Sandbox::close);
        started.clear();
        if (shared.isEmpty()) {
            assertThat(underTest().traces(folder)).isEmpty();
        }
    }

    protected final SandboxTechnology technology() {
        return technology;
    }

    protected final Path folder() {
        return folder;
    }

    /** The guest's code; the test is aborted when the technology has no such guest. */
    protected final FunctionCode code(Behaviour behaviour) {
        return code(underTest(), behaviour, folder.resolveSibling("code-" + behaviour));
    }

    /** The guest's code in a folder of its own, to which a test may add files. */
    protected final FunctionCode ownCode(Behaviour behaviour, String name) {
        FunctionCode code = code(underTest(), behaviour, folder.resolveSibling("code-" + name));
        String digest = String.format("%08x", name.hashCode()) + code.sha256().substring(8);
        return new FunctionCode(code.directory(), digest, code.runtime(), code.handler());
    }

    private static FunctionCode code(TechnologyUnderTest underTest, Behaviour behaviour, Path directory) {
        try {
            FunctionCode code = underTest.guest(behaviour, Files.createDirectories(directory));
            if (code == null) {
                return Assumptions.abort("No guest of this technology can do " + behaviour);
            }
            return code;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    protected SandboxSpec spec(FunctionCode code) {
        return Specs.of(code, log::add);
    }

    protected final SandboxSpec spec(Behaviour behaviour) {
        return spec(code(behaviour));
    }

    /** A sandbox that the class's tests share, for those that do it no harm; a fresh one when the last has ended. */
    protected final Sandbox shared(Behaviour behaviour) throws SandboxStartException, InterruptedException {
        Sandbox sandbox = shared.get(behaviour);
        if (sandbox == null || !sandbox.isReusable()) {
            if (sandbox != null) {
                sandbox.close();
            }
            sandbox = technology.start(spec(behaviour));
            shared.put(behaviour, sandbox);
        }
        return sandbox;
    }

    protected final Sandbox start(Behaviour behaviour) throws SandboxStartException, InterruptedException {
        return start(spec(behaviour));
    }

    /** Starts it; the test's end closes it. */
    protected final Sandbox start(SandboxSpec spec) throws SandboxStartException, InterruptedException {
        Sandbox sandbox = technology.start(spec);
        synchronized (started) {
            started.add(sandbox);
        }
        return sandbox;
    }

    protected final InvocationResult invoke(Sandbox sandbox, String event) throws InterruptedException {
        return sandbox.invoke(request(event, Duration.ofSeconds(20)));
    }

    protected static InvocationRequest request(String event, Duration timeout) {
        return new InvocationRequest(
                UUID.randomUUID().toString(), event.getBytes(StandardCharsets.UTF_8), timeout, ARN, null, null);
    }

    /** The answer of an invocation that succeeded. */
    protected static JsonNode answer(InvocationResult result) {
        assertThat(result).as(() -> said(result)).isInstanceOf(InvocationResult.Success.class);
        return JSON.readTree(((InvocationResult.Success) result).payload());
    }

    private static String said(InvocationResult result) {
        return result instanceof InvocationResult.FunctionError error
                ? new String(error.payload(), StandardCharsets.UTF_8)
                : result.toString();
    }

    /** The error object of an invocation that ended in a function error. */
    protected static JsonNode error(InvocationResult result) {
        assertThat(result).as(() -> said(result)).isInstanceOf(InvocationResult.FunctionError.class);
        return JSON.readTree(((InvocationResult.FunctionError) result).payload());
    }

    /** The answer of {@link Behaviour#PROBE} to one attempt; the test is aborted when the guest cannot express it. */
    protected final String attempt(Sandbox sandbox, String what) throws InterruptedException {
        String said = answer(invoke(sandbox, JSON.writeValueAsString(what))).asString();
        Assumptions.assumeFalse(said.equals(UNSUPPORTED), "No guest of this technology can " + what);
        return said;
    }

    /** Each attempt that the guest can express is refused; the test is aborted when it can express none. */
    protected final void assertRefused(Sandbox sandbox, String... attempts) throws InterruptedException {
        List<String> inexpressible = new ArrayList<>();
        for (String each : attempts) {
            String said = answer(invoke(sandbox, JSON.writeValueAsString(each))).asString();
            if (!(each.matches("(read|list) .*") && said.equals("ok "))) { // what is hidden may look empty
                assertThat(said).as(each).startsWith("no");
            }
            if (said.equals(UNSUPPORTED)) {
                inexpressible.add(each);
            }
        }
        Assumptions.assumeTrue(
                inexpressible.size() < attempts.length, "No guest of this technology can " + inexpressible);
    }

    /** A sandbox that is there before an attack, and must not notice it. */
    protected final Sandbox victim() throws SandboxStartException, InterruptedException {
        Sandbox victim = start(Behaviour.COUNT);
        assertThat(answer(invoke(victim, "1")).asInt()).isEqualTo(1);
        return victim;
    }

    /** The victim has lost nothing, and a fresh sandbox works. */
    protected final void assertUnharmed(Sandbox victim) throws SandboxStartException, InterruptedException {
        assertThat(answer(invoke(victim, "1")).asInt()).isEqualTo(underTest().keepsState() ? 2 : 1);
        assertNextSandboxWorks();
    }

    /** A fresh sandbox of the same technology works: the platform was not harmed. */
    protected final void assertNextSandboxWorks() throws SandboxStartException, InterruptedException {
        try (Sandbox next = technology.start(spec(Behaviour.ECHO))) {
            assertThat(answer(invoke(next, "{\"still\":\"fine\"}")).get("still").asString())
                    .isEqualTo("fine");
        }
    }
}
