package dev.mayfly.sandbox.wasm;

import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mayfly.sandbox.wasm.engine.EngineMain;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.Instance;
import run.endive.wasm.Parser;

/**
 * Starts engine processes: unprivileged, without network, in a root that holds the machine's programs and the engine's
 * classes read-only and nothing else. They die with the thread that started them.
 */
final class EngineLauncher {
    private static final String MARK = "-Dmayfly.wasm.folder=";
    private static final int ENGINE_OVERHEAD_MB = 256;

    private final WasmSettings settings;
    private final EngineKind kind;
    private final String mainClass;
    private final List<Path> classPath;
    private final boolean privileged;

    EngineLauncher(WasmSettings settings, EngineKind kind) {
        this(settings, kind, EngineMain.class.getName(), List.of());
    }

    /** For tests: another program, found in {@code more}, in the engine's place. */
    EngineLauncher(WasmSettings settings, EngineKind kind, String mainClass, List<Path> more) {
        this.settings = settings;
        this.kind = kind;
        this.mainClass = mainClass;
        this.privileged = "root".equals(System.getProperty("user.name"));
        List<Path> all = new ArrayList<>(more);
        all.addAll(engineClassPath());
        this.classPath = all;
    }

    private static List<Path> engineClassPath() {
        List<Path> jars = new ArrayList<>();
        for (Class<?> one : List.of(
                EngineMain.class,
                Parser.class,
                Instance.class,
                MachineFactoryCompiler.class,
                org.objectweb.asm.ClassWriter.class,
                org.objectweb.asm.tree.ClassNode.class,
                org.objectweb.asm.tree.analysis.Analyzer.class,
                org.objectweb.asm.commons.InstructionAdapter.class,
                org.objectweb.asm.util.CheckClassAdapter.class,
                Caffeine.class)) {
            jars.add(origin(one));
        }
        return jars.stream().distinct().toList();
    }

    private static Path origin(Class<?> one) {
        var source = one.getProtectionDomain().getCodeSource();
        @Nullable URL location = source == null ? null : source.getLocation();
        if (location == null) {
            throw new IllegalStateException("No file holds " + one);
        }
        try {
            URI uri = location.toURI();
            return Paths.get(uri).toRealPath();
        } catch (URISyntaxException | IOException e) {
            throw new IllegalStateException("The engine needs " + location + " as a plain file", e);
        }
    }

    /** Starts the engine that runs guests and connects to {@code name} in the folder {@code sockets}. The caller's thread must live as long as the engine shall. */
    Process run(Path sockets, String name) throws IOException {
        long heap = ENGINE_OVERHEAD_MB + settings.tmpMb() + settings.codeFilesMb();
        if (kind.library() == null) {
            heap += settings.guestMemoryMb() + settings.guestMemoryMb() / 2;
        }
        return start(
                sockets,
                "unlimited",
                List.of("-Xms64m", "-Xmx" + heap + "m", "-XX:MaxNewSize=192m", "-XX:+UseParallelGC"),
                List.of(
                        "run",
                        "/host/" + name,
                        Long.toString(settings.tmpMb()),
                        Integer.toString(settings.loadedModulesMb()),
                        Integer.toString(settings.codeFilesMb())));
    }

    /** Starts a process that compiles one module. */
    Process compiler(Path emptyFolder) throws IOException {
        // Wasmtime compiles outside the heap: twice the memory is the limit of both together.
        return start(
                emptyFolder,
                Long.toString(2048L * (settings.compilerMemoryMb() + ENGINE_OVERHEAD_MB)),
                List.of("-Xmx" + settings.compilerMemoryMb() + "m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                List.of("compile"));
    }

    private Process start(Path shared, String dataKib, List<String> jvm, List<String> arguments) throws IOException {
        Path root = Files.createDirectories(settings.folder().resolve("root"));
        List<String> command = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL", "unshare"));
        if (!privileged) {
            command.addAll(List.of("--user", "--map-root-user"));
        }
        command.addAll(List.of(
                "--mount", "--net", "--ipc", "--uts", "--pid", "--fork", "--kill-child=KILL", "--", "sh", "-c"));
        command.add(script());
        command.addAll(List.of(
                "launch",
                root.toString(),
                shared.toString(),
                Integer.toString(privileged ? settings.user() : 0),
                dataKib,
                javaHome().toString()));
        classPath.forEach(entry -> command.add(entry.toString()));
        Path library = kind.library();
        if (library != null) {
            command.add(library.toString());
        }
        command.add("--");
        command.addAll(jvm);
        command.addAll(List.of(
                MARK + settings.folder(),
                "-Dmayfly.wasmtime=" + (library == null ? "" : "/engine/" + classPath.size()),
                "-Xshare:auto",
                "-XX:-UsePerfData",
                "-XX:+DisableAttachMechanism",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=/dev/null",
                "-XX:MaxMetaspaceSize=1g",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                guestClassPath(),
                mainClass));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command);
        @Nullable String path = System.getenv("PATH");
        builder.environment().clear();
        builder.environment().put("PATH", path == null ? "/usr/sbin:/usr/bin:/sbin:/bin" : path + ":/usr/sbin:/sbin");
        return builder.start();
    }

    private String guestClassPath() {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < classPath.size(); i++) {
            path.append(i == 0 ? "" : ":").append("/engine/").append(i);
        }
        return path.toString();
    }

    private static Path javaHome() throws IOException {
        return Path.of(System.getProperty("java.home")).toRealPath();
    }

    private static String script() throws IOException {
        try (@Nullable InputStream in = EngineLauncher.class.getResourceAsStream("launch.sh")) {
            if (in == null) {
                throw new IllegalStateException("launch.sh is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Kills what was started, with all that it started, and waits until it is gone. */
    static void end(Process process) {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(one -> one.onExit()
                .orTimeout(5, TimeUnit.SECONDS)
                .exceptionally(late -> one)
                .join());
    }

    /** The processes on this machine that were started for {@code folder}, by whomever. */
    static List<ProcessHandle> running(Path folder) {
        return ProcessHandle.allProcesses()
                .filter(process -> isMarked(process.pid(), MARK + folder))
                .toList();
    }

    private static boolean isMarked(long pid, String mark) {
        try {
            byte[] line = Files.readAllBytes(Path.of("/proc/" + pid + "/cmdline"));
            return Arrays.asList(new String(line, StandardCharsets.UTF_8).split("\0", -1))
                    .contains(mark);
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }
}
