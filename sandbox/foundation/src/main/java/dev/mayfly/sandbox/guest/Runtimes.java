package dev.mayfly.sandbox.guest;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The language runtimes of this machine that functions can be run with: those below {@code /usr}, which sandboxes see. */
public final class Runtimes {
    public static final String PROVIDED = "provided.al2023";

    /** Images bring their own. */
    public static final String IMAGE = FunctionVersion.IMAGE_RUNTIME;

    private static final List<Path> FOLDERS = List.of(Path.of("/usr/bin"), Path.of("/usr/local/bin"));
    private static final Pattern NODE_VERSION = Pattern.compile("v(\\d+)\\..*");
    private static final int OLDEST_NODE = 20;
    private static final int OLDEST_PYTHON_MINOR = 11;
    private static final int NEWEST_PYTHON_MINOR = 30;

    private final Map<String, Path> interpreters;

    private Runtimes(Map<String, Path> interpreters) {
        this.interpreters = interpreters;
    }

    public static Runtimes detect() throws InterruptedException {
        Map<String, Path> found = new LinkedHashMap<>();
        for (Path folder : FOLDERS) {
            Path node = folder.resolve("node");
            int major = Files.isExecutable(node) ? nodeMajor(node) : 0;
            if (major >= OLDEST_NODE && major % 2 == 0) {
                found.putIfAbsent("nodejs" + major + ".x", node);
            }
            for (int minor = OLDEST_PYTHON_MINOR; minor <= NEWEST_PYTHON_MINOR; minor++) {
                Path python = folder.resolve("python3." + minor);
                if (Files.isExecutable(python)) {
                    found.putIfAbsent("python3." + minor, python);
                }
            }
        }
        return new Runtimes(found);
    }

    private static int nodeMajor(Path node) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(node.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            try (var output = process.inputReader(StandardCharsets.UTF_8)) {
                String version = output.readLine();
                process.waitFor();
                Matcher matcher = NODE_VERSION.matcher(version == null ? "" : version);
                return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
            }
        } catch (IOException e) {
            return 0;
        }
    }

    public List<String> names() {
        List<String> names = new ArrayList<>(interpreters.keySet());
        if (JavaRuntime.home() != null) {
            names.add(JavaRuntime.NAME);
        }
        names.add(PROVIDED);
        names.add(IMAGE);
        return List.copyOf(names);
    }

    /** Those that speak frames, and can run before they have a function. */
    public List<String> framed() {
        return List.copyOf(interpreters.keySet());
    }

    /** Whether functions of that runtime use the Runtime API over HTTP. */
    public static boolean speaksHttp(String runtime) {
        return runtime.equals(PROVIDED) || runtime.equals(IMAGE) || runtime.equals(JavaRuntime.NAME);
    }

    /** The interpreter of that runtime, or null when there is none, or the runtime needs none. */
    public @Nullable Path interpreter(String runtime) {
        return interpreters.get(runtime);
    }

    /** What runs a function of that runtime, or null when this machine cannot. */
    public @Nullable List<String> command(String runtime) {
        if (runtime.equals(PROVIDED)) {
            return List.of("/var/task/bootstrap");
        }
        Path interpreter = interpreters.get(runtime);
        if (interpreter == null) {
            return null;
        }
        return runtime.startsWith("nodejs")
                ? List.of(interpreter.toString(), "/var/runtime/bootstrap.cjs")
                : List.of(interpreter.toString(), "-s", "-B", "/var/runtime/bootstrap.py");
    }

    private @Nullable List<String> command(SandboxSpec spec, List<String> jvmOptions) throws IOException {
        FunctionCode code = spec.code();
        if (code.image() != null) {
            return code.image().command();
        }
        if (code.runtime().equals(JavaRuntime.NAME)) {
            return JavaRuntime.home() == null ? null : JavaRuntime.command(spec, jvmOptions);
        }
        return command(code.runtime());
    }

    /** The same without more options for a JVM. */
    public List<String> commandFor(SandboxSpec spec) throws SandboxStartException, IOException {
        return commandFor(spec, List.of());
    }

    /**
     * What runs the function, its exec wrapper first when it has one.
     *
     * @param jvmOptions more options for its JVM, when it has one
     * @throws SandboxStartException when this machine lacks the runtime, or the function its bootstrap
     * @throws IOException when its code cannot be read by the user that it runs as
     */
    public List<String> commandFor(SandboxSpec spec, List<String> jvmOptions)
            throws SandboxStartException, IOException {
        FunctionCode code = spec.code();
        List<String> command = command(spec, jvmOptions);
        if (command == null) {
            throw SandboxStartException.platform(
                    "This machine does not have " + code.runtime() + "; it has " + String.join(", ", names()), null);
        }
        if (!Files.getPosixFilePermissions(code.directory()).contains(PosixFilePermission.OTHERS_EXECUTE)) {
            throw new IOException(
                    code.directory() + " must be open to every user: the function is none of this machine's");
        }
        if (code.runtime().equals(PROVIDED)
                && !Files.isExecutable(code.directory().resolve("bootstrap"))) {
            throw SandboxStartException.function(
                    "Runtime.InvalidEntrypoint",
                    "Couldn't find valid bootstrap(s): [/var/task/bootstrap]; it must be an executable file",
                    1);
        }
        String wrapper = spec.environment().get(GuestEnvironment.EXEC_WRAPPER);
        if (wrapper == null || wrapper.isBlank() || code.image() != null) {
            return command;
        }
        List<String> wrapped = new ArrayList<>(command);
        wrapped.addFirst(wrapper);
        return wrapped;
    }
}
