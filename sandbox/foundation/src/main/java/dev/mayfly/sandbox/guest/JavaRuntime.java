package dev.mayfly.sandbox.guest;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.SandboxSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The runtime {@code java25}: the JVM that Mayfly itself runs on, which guests see at {@link #GUEST_HOME}, with AWS's own runtime
 * interface client.
 */
public final class JavaRuntime {
    public static final String NAME = "java25";
    public static final String GUEST_HOME = "/var/lang";

    /** Where a guest finds its ahead-of-time cache, when there is one. */
    public static final String GUEST_CACHE = "/run/function.aot";

    /** Where a guest in training leaves it. */
    public static final String TRAINED = "/tmp/function.aot";

    /** Of the JVM that writes the cache: only G1 keeps objects in it. */
    public static final String CACHE_OPTIONS = "-XX:-UseSerialGC -XX:+UseG1GC -Xmx512m";

    private static final int FEATURE = 25;
    private static final String LIBRARIES = "/var/runtime/lib/";
    private static final String MAIN = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda";

    /** What a JVM takes besides its heap: a share of the function's memory, and at least so many MB. */
    private static final double OUTSIDE_HEAP = 0.15;

    private static final int LEAST_OUTSIDE_HEAP_MB = 64;

    private JavaRuntime() {}

    /** The JDK that guests can be shown, or null when Mayfly runs on one that they cannot be. */
    public static @Nullable Path home() {
        Path home = Path.of(System.getProperty("java.home"));
        boolean whole = Files.isExecutable(home.resolve("bin/java")) && Files.isReadable(home.resolve("lib/modules"));
        return Runtime.version().feature() >= FEATURE && whole ? home : null;
    }

    /** How many MB of heap a function of that size has. */
    static int heapMb(int memoryMb) {
        return memoryMb - Math.max(LEAST_OUTSIDE_HEAP_MB, (int) (memoryMb * OUTSIDE_HEAP));
    }

    /** @param options more of the JVM's options */
    static List<String> command(SandboxSpec spec, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                GUEST_HOME + "/bin/java",
                "-Xmx" + heapMb(spec.memoryMb()) + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xlog:aot=off",
                "-Xlog:cds=off",
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath(spec.code()), MAIN, spec.code().handler()));
        return command;
    }

    private static String classPath(FunctionCode code) throws IOException {
        List<String> path = new ArrayList<>();
        Bootstraps.JARS.forEach(jar -> path.add(LIBRARIES + jar));
        boolean hasJar = Files.exists(code.directory().resolve(FunctionCode.JAR));
        path.add(GuestEnvironment.TASK_ROOT + (hasJar ? "/" + FunctionCode.JAR : ""));
        addJars(code.directory().resolve("lib"), GuestEnvironment.TASK_ROOT + "/lib/", path);
        if (code.layers() != null) {
            addJars(code.layers().resolve("java/lib"), GuestEnvironment.LAYERS + "/java/lib/", path);
        }
        return String.join(":", path);
    }

    private static void addJars(Path folder, String seenAs, List<String> path) throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(".jar") && name.indexOf(':') < 0)
                        .sorted()
                        .forEach(name -> path.add(seenAs + name));
            }
        }
    }
}
