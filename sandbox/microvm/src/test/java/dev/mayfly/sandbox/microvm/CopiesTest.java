package dev.mayfly.sandbox.microvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.Availability;
import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Copies of one machine, which begin with the same memory: that nobody can tell from what they do. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CopiesTest {
    /** Draws in the init phase too, so that every generator has been started, and kept bytes ready, before a snapshot. */
    private static final String NODE = """
        const crypto = require('crypto');
        const fs = require('fs');
        const draw = async () => ({
          bytes: crypto.randomBytes(16).toString('hex'),
          later: await new Promise((done) => crypto.randomBytes(16, (error, bytes) => done(bytes.toString('hex')))),
          values: Buffer.from(crypto.webcrypto.getRandomValues(new Uint8Array(16))).toString('hex'),
          integer: crypto.randomInt(2 ** 47),
          uuid: crypto.randomUUID(),
          random: [Math.random(), Math.random()].join(),
          key: crypto.generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).toString('hex'),
          kernel: fs.readFileSync('/proc/sys/kernel/random/uuid', 'utf8'),
        });
        const first = [draw(), draw()];
        exports.handler = async () => { await first; return { now: Date.now(), drawn: await draw() }; };
        """;

    private static final String PYTHON = """
        import os, random, secrets, ssl, tempfile, time, uuid
        def draw():
            return dict(
                urandom=os.urandom(16).hex(), random=str(random.random()), bits=str(random.getrandbits(128)),
                secret=secrets.token_hex(16), uuid=str(uuid.uuid4()), openssl=ssl.RAND_bytes(16).hex(),
                file=next(tempfile._get_candidate_names()), kernel=open('/proc/sys/kernel/random/uuid').read())
        first = [draw(), draw()]
        def handler(event, context):
            return dict(now=time.time() * 1000, drawn=draw())
        """;

    private static final JsonMapper JSON = JsonMapper.shared();

    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private MicrovmTechnology technology;

    @BeforeAll
    void open(@TempDir Path temporary) {
        folder = temporary;
        technology = new MicrovmTechnology(MicrovmsUnderTest.settings(temporary.resolve("state")));
        Availability availability = technology.check();
        Assumptions.assumeTrue(availability.available(), availability.detail());
    }

    @AfterAll
    void close() {
        technology.close();
    }

    private SandboxSpec spec(String language, Map<String, String> environment) throws Exception {
        boolean node = language.equals("node");
        Path code = Files.createDirectories(folder.resolve(language));
        Files.writeString(code.resolve(node ? "index.js" : "index.py"), node ? NODE : PYTHON);
        Files.setPosixFilePermissions(code, PosixFilePermissions.fromString("rwxr-xr-x"));
        String runtime = node ? "nodejs20.x" : "python3.11";
        Assumptions.assumeTrue(technology.runtimes().contains(runtime), runtime + " is not on this machine");
        return new SandboxSpec(
                "copy-" + UUID.randomUUID().toString().substring(0, 13),
                new FunctionCode(code, language, runtime, "index.handler"),
                environment,
                128,
                32,
                Duration.ofSeconds(20),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 9),
                false,
                _ -> {});
    }

    private static JsonNode invoke(Sandbox sandbox) throws InterruptedException {
        InvocationResult result = sandbox.invoke(new InvocationRequest(
                UUID.randomUUID().toString(),
                "{}".getBytes(StandardCharsets.UTF_8),
                Duration.ofSeconds(20),
                "arn",
                null,
                null));
        assertThat(result).isInstanceOf(InvocationResult.Success.class);
        return JSON.readTree(((InvocationResult.Success) result).payload());
    }

    private void assertDrawsAnew(Sandbox sandbox, Set<String> seen) throws InterruptedException {
        for (int i = 0; i < 2; i++) {
            long before = System.currentTimeMillis();
            JsonNode answer = invoke(sandbox);
            for (Map.Entry<String, JsonNode> drawn : answer.get("drawn").properties()) {
                assertThat(seen.add(drawn.toString())).as(drawn.toString()).isTrue();
            }
            assertThat(answer.get("now").asDouble()).isBetween(before - 1_000.0, System.currentTimeMillis() + 1_000.0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "python"})
    void drawNoNumberTwice(String language) throws Exception {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 2; i++) {
            try (Sandbox shell = technology.start(spec(language, Map.of()))) {
                assertThat(shell.isRestored()).isFalse();
                assertDrawsAnew(shell, seen);
            }
        }
        technology.snapshot(spec(language, Map.of()));
        for (int i = 0; i < 3; i++) {
            try (Sandbox copy = technology.start(spec(language, Map.of("AWS_SESSION_TOKEN", "of " + i)))) {
                assertThat(copy.isRestored()).isTrue();
                assertDrawsAnew(copy, seen);
            }
        }
    }

    @Test
    void haveTheRightTimeAfterAFreeze() throws Exception {
        try (Sandbox sandbox = technology.start(spec("python", Map.of()));
                Sandbox other = technology.start(spec("python", Map.of()))) {
            invoke(sandbox);
            sandbox.freeze();
            long frozen = System.currentTimeMillis();
            while (System.currentTimeMillis() < frozen + 1_500) {
                invoke(other);
            }
            long before = System.currentTimeMillis();
            assertThat(invoke(sandbox).get("now").asDouble())
                    .isBetween(before - 1_000.0, System.currentTimeMillis() + 1_000.0);
        }
    }
}
