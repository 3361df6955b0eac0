package dev.mayfly.sandbox.contract.guests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.InvocationRequest;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.LogSink;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * A function in Java with a handler of each kind.
 *
 * @param code its folder, with a jar
 */
public record JavaGuest(Path code) {
    /**
     * Answers id, name, the system property {@code of.the.user}, its heap in MB, a random number, what its hooks were told
     * ({@code kept}, {@code restored}) and the time; throws for an event with {@code fail}.
     */
    public static final String REQUEST_HANDLER = "app.Hello::handleRequest";

    /** Answers {@code {"hello": name}}. */
    public static final String POJO = "app.Hello::pojo";

    /** Answers its event. */
    public static final String STREAM = "app.Hello::stream";

    private static final String RUNTIME = "java25";
    private static final String SOURCE = """
            package app;

            import com.amazonaws.services.lambda.crac.*;
            import com.amazonaws.services.lambda.runtime.*;
            import java.io.*;
            import java.util.*;

            public class Hello implements RequestHandler<Map<String, Object>, Map<String, Object>> {
                public static class Event { public String name; }

                private static final java.security.SecureRandom RANDOM = new java.security.SecureRandom();
                private static final List<String> HOOKS = new ArrayList<>();
                private static final Resource RESOURCE = new Resource() {
                    @Override public void beforeCheckpoint(com.amazonaws.services.lambda.crac.Context<? extends Resource> c) {
                        RANDOM.nextLong();
                        HOOKS.add("kept");
                    }
                    @Override public void afterRestore(com.amazonaws.services.lambda.crac.Context<? extends Resource> c) {
                        HOOKS.add("restored");
                    }
                };

                static { Core.getGlobalContext().register(RESOURCE); }

                public Map<String, Object> handleRequest(Map<String, Object> event, com.amazonaws.services.lambda.runtime.Context context) {
                    if (event.containsKey("fail")) throw new IllegalStateException("boom");
                    System.out.println("hello from java");
                    return Map.of("id", context.getAwsRequestId(), "name", event.get("name"),
                            "option", String.valueOf(System.getProperty("of.the.user")),
                            "heap", Runtime.getRuntime().maxMemory() >> 20,
                            "random", RANDOM.nextLong(), "hooks", HOOKS, "millis", System.currentTimeMillis());
                }

                public Map<String, String> pojo(Event event) { return Map.of("hello", event.name); }

                public void stream(InputStream in, OutputStream out) throws IOException { in.transferTo(out); }
            }
            """;

    /**
     * Compiles it into {@code folder}.
     *
     * @param client AWS's runtime interface client: jars
     */
    public static JavaGuest compile(Path folder, Path client) throws IOException {
        Path source = Files.createDirectories(folder.resolve("src/app")).resolve("Hello.java");
        Files.writeString(source, SOURCE);
        Path classes = Files.createDirectories(folder.resolve("classes"));
        String[] arguments = {"-cp", classPath(client), "-d", classes.toString(), source.toString()};
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments))
                .isZero();
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
        return new JavaGuest(code);
    }

    private static String classPath(Path jars) throws IOException {
        try (Stream<Path> files = Files.list(jars)) {
            return files.map(Path::toString).collect(Collectors.joining(":"));
        }
    }

    /** A sandbox of it. */
    public SandboxSpec spec(String handler, int memoryMb, Map<String, String> environment, LogSink log) {
        return new SandboxSpec(
                "j" + UUID.randomUUID().toString().substring(0, 18),
                new FunctionCode(code, "java-code", RUNTIME, handler),
                environment,
                memoryMb,
                512,
                Duration.ofSeconds(30),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 9),
                false,
                log);
    }

    public static InvocationResult invoke(Sandbox sandbox, String event) throws InterruptedException {
        return sandbox.invoke(new InvocationRequest(
                UUID.randomUUID().toString(),
                event.getBytes(StandardCharsets.UTF_8),
                Duration.ofSeconds(30),
                "arn:aws:lambda:us-east-1:000000000000:function:java",
                null,
                null));
    }

    /** The answer, or the error, as text. */
    public static String answer(Sandbox sandbox, String event) throws InterruptedException {
        return switch (invoke(sandbox, event)) {
            case InvocationResult.Success success -> new String(success.payload(), StandardCharsets.UTF_8);
            case InvocationResult.FunctionError error ->
                "failed: " + new String(error.payload(), StandardCharsets.UTF_8);
            case InvocationResult other -> other.toString();
        };
    }
}
