package dev.mayfly.sandbox.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxTechnology;
import dev.mayfly.sandbox.guest.Bootstraps;
import dev.mayfly.sandbox.guest.JavaRuntime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions in Java, with and without an ahead-of-time cache. */
class JavaTest {
    private static final String SOURCE = """
            package app;

            import com.amazonaws.services.lambda.runtime.*;
            import java.io.*;
            import java.util.*;

            public class Hello implements RequestHandler<Map<String, Object>, Map<String, Object>> {
                public record Answer(String name, int length) {}
                public static class Event { public String name; }

                public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
                    if (event.containsKey("fail")) throw new IllegalStateException("boom");
                    System.out.println("hello from java");
                    return Map.of("id", context.getAwsRequestId(), "name", event.get("name"),
                            "option", String.valueOf(System.getProperty("of.the.user")),
                            "heap", Runtime.getRuntime().maxMemory() >> 20);
                }

                public Map<String, String> pojo(Event event) { return Map.of("hello", event.name); }

                public void stream(InputStream in, OutputStream out) throws IOException { in.transferTo(out); }
            }
            """;

    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    private static Path deploy(Path folder) throws IOException {
        Bootstraps.writeTo(folder.resolve("runtime"));
        Path source = Files.createDirectories(folder.resolve("src/app")).resolve("Hello.java");
        Files.writeString(source, SOURCE);
        Path classes = Files.createDirectories(folder.resolve("classes"));
        int status = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-cp",
                        folder.resolve("runtime/lib/aws-lambda-java-core.jar").toString(),
                        "-d",
                        classes.toString(),
                        source.toString());
        assertThat(status).isZero();
        Path code = Files.createDirectories(folder.resolve("code"));
        Path jar = code.resolve(FunctionCode.JAR);
        try (var out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("r--r--r--"));
        return code;
    }

    private SandboxSpec spec(Path code, String handler, int memoryMb, Map<String, String> environment) {
        return new SandboxSpec(
                "j" + UUID.randomUUID().toString().substring(0, 18),
                new FunctionCode(code, "java-code", JavaRuntime.NAME, handler),
                environment,
                memoryMb,
                512,
                Duration.ofSeconds(30),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 9),
                false,
                log::add);
    }

    private static InvocationResult invoke(Sandbox sandbox, String event) throws InterruptedException {
        return sandbox.invoke(new InvocationRequest(
                UUID.randomUUID().toString(),
                event.getBytes(StandardCharsets.UTF_8),
                Duration.ofSeconds(30),
                "arn:aws:lambda:us-east-1:000000000000:function:java",
                null,
                null));
    }

    private static String text(InvocationResult result) {
        assertThat(result).isInstanceOf(InvocationResult.Success.class);
        return new String(((InvocationResult.Success) result).payload(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"container", "gvisor"})
    void handlersOfEveryKindRunWithAndWithoutACache(String tier, @TempDir Path folder) throws Exception {
        Path state = folder.resolve("state");
        try (SandboxTechnology technology = tier.equals("container")
                ? OciTechnology.container(OciSettings.container(state).withShellMemory(0))
                : OciTechnology.gvisor(OciSettings.gvisor(state).withShellMemory(0))) {
            technology.recover();
            var availability = technology.check();
            Assumptions.assumeTrue(availability.available(), availability.detail());
            assertThat(technology.runtimes()).contains(JavaRuntime.NAME);
            Path code = deploy(folder);
            var plain = spec(code, "app.Hello::handleRequest", 512, Map.of("JAVA_TOOL_OPTIONS", "-Dof.the.user=yes"));
            try (Sandbox sandbox = technology.start(plain)) {
                assertThat(text(invoke(sandbox, "{\"name\":\"a\"}"))).contains("\"name\":\"a\"", "\"option\":\"yes\"");
                assertThat(invoke(sandbox, "{\"fail\":1}"))
                        .isInstanceOfSatisfying(
                                InvocationResult.FunctionError.class,
                                failed -> assertThat(new String(failed.payload(), StandardCharsets.UTF_8))
                                        .contains("boom", "java.lang.IllegalStateException"));
                assertThat(log).contains("hello from java");
                System.out.println(tier + ": init without a cache " + sandbox.initDuration());
            }
            technology.snapshot(spec(code, "app.Hello::handleRequest", 512, Map.of()));
            Path caches = state.resolve("aot");
            assertThat(caches).isNotEmptyDirectory();
            for (int i = 0; i < 3; i++) {
                try (Sandbox sandbox = technology.start(spec(code, "app.Hello::handleRequest", 512, Map.of()))) {
                    assertThat(text(invoke(sandbox, "{\"name\":\"b\"}"))).contains("\"name\":\"b\"");
                    System.out.println(tier + ": init with a cache " + sandbox.initDuration());
                }
            }
            try (Stream<Path> files = Files.list(caches)) {
                for (Path cache : files.toList()) {
                    Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rw-r--r--"));
                    Files.writeString(cache, "damaged");
                }
            }
            try (Sandbox sandbox = technology.start(spec(code, "app.Hello::handleRequest", 512, Map.of()))) {
                assertThat(text(invoke(sandbox, "{\"name\":\"c\"}"))).contains("\"name\":\"c\"");
                System.out.println(tier + ": init with a damaged cache " + sandbox.initDuration());
            }
            if (tier.equals("container")) {
                otherHandlers(technology, code);
            }
        }
    }

    private void otherHandlers(SandboxTechnology technology, Path code) throws Exception {
        try (Sandbox sandbox = technology.start(spec(code, "app.Hello::pojo", 128, Map.of()))) {
            assertThat(text(invoke(sandbox, "{\"name\":\"pojo\"}"))).isEqualTo("{\"hello\":\"pojo\"}");
        }
        try (Sandbox sandbox = technology.start(spec(code, "app.Hello::stream", 256, Map.of()))) {
            assertThat(text(invoke(sandbox, "[1,2]"))).isEqualTo("[1,2]");
        }
        for (String wrong : List.of("app.Missing::handleRequest", "app.Hello::missing")) {
            try (Sandbox sandbox = technology.start(spec(code, wrong, 256, Map.of()))) {
                assertThat(invoke(sandbox, "{}")).isInstanceOf(InvocationResult.FunctionError.class);
            }
        }
    }
}
