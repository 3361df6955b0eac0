package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.SandboxTechnology;
import dev.mayfly.sandbox.contract.Behaviour;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Guests in C for every behaviour that a module can have; under Endive. */
public class WasmUnderTest implements TechnologyUnderTest {
    private static final Map<Path, WasmTechnology> OPEN = new ConcurrentHashMap<>();
    private static final Map<Behaviour, String> GUESTS = Map.ofEntries(
            Map.entry(Behaviour.ECHO, "echo"),
            Map.entry(Behaviour.COUNT, "count"),
            Map.entry(Behaviour.FAIL, "fail"),
            Map.entry(Behaviour.EXIT, "exits"),
            Map.entry(Behaviour.LOOP, "loop"),
            Map.entry(Behaviour.ALLOCATE, "allocate"),
            Map.entry(Behaviour.FLOOD, "flood"),
            Map.entry(Behaviour.LOG, "logs"),
            Map.entry(Behaviour.SIZED_ANSWER, "sized"),
            Map.entry(Behaviour.NOT_JSON, "not_json"),
            Map.entry(Behaviour.ENVIRONMENT, "environment"),
            Map.entry(Behaviour.CONTEXT, "context"),
            Map.entry(Behaviour.NO_HANDLER, "no_start"),
            Map.entry(Behaviour.FILL_TMP, "fill_tmp"),
            Map.entry(Behaviour.FILL_INODES, "fill_inodes"),
            Map.entry(Behaviour.OPEN_FILES, "open_files"),
            Map.entry(Behaviour.LATE, "late"),
            Map.entry(Behaviour.PROBE, "probe"));

    public WasmUnderTest() {}

    @Override
    public SandboxTechnology open(Path folder) {
        var technology = new WasmTechnology(settings(folder).withWasmtime(library()));
        OPEN.put(folder, technology);
        return technology;
    }

    /** Wasmtime's library, or null for Endive. */
    @Nullable
    Path library() {
        return null;
    }

    /** Settings that find what an earlier test has compiled. */
    static WasmSettings settings(Path folder) {
        try {
            Path shared =
                    Files.createDirectories(Path.of("target", "compiled-guests").toAbsolutePath());
            Files.createDirectories(folder);
            if (!Files.exists(folder.resolve("modules"))) {
                Files.createSymbolicLink(folder.resolve("modules"), shared);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return WasmSettings.of(folder, 1024).withWasmtime(null);
    }

    @Override
    public @Nullable FunctionCode guest(Behaviour behaviour, Path folder) throws IOException {
        return switch (behaviour) {
            case NO_MODULE -> new FunctionCode(folder, "no-module", WasmTechnology.RUNTIME, "missing.wasm");
            case SYNTAX_ERROR -> {
                Files.writeString(folder.resolve("main.wasm"), "not a module");
                yield new FunctionCode(folder, "syntax-error", WasmTechnology.RUNTIME, "main.wasm");
            }
            default -> {
                String name = GUESTS.get(behaviour);
                yield name == null ? null : module(name, folder);
            }
        };
    }

    /** The guest {@code name} of the test resources. */
    static FunctionCode module(String name, Path folder) throws IOException {
        try (InputStream in = WasmUnderTest.class.getResourceAsStream("/guests/" + name + ".wasm")) {
            if (in == null) {
                throw new IOException("No guest " + name);
            }
            Files.createDirectories(folder);
            if (!Files.exists(folder.resolve("main.wasm"))) {
                Files.copy(in, folder.resolve("main.wasm"));
            }
        }
        return new FunctionCode(folder, "sha-of-" + name, WasmTechnology.RUNTIME, "main.wasm");
    }

    /** The engine belongs to the technology, not to a sandbox: it is a trace once its owner is closed, or dead. */
    @Override
    public List<String> traces(Path folder) {
        List<String> traces = new ArrayList<>();
        WasmTechnology technology = OPEN.get(folder);
        Engine engine = technology == null ? null : technology.current();
        if (technology != null && engine != null && engine.isAlive()) {
            boolean wanted = technology.check().detail().startsWith(library() == null ? "Endive" : "Wasmtime");
            traces.addAll(wanted ? List.of() : List.of("another engine: " + technology.check()));
        } else {
            EngineLauncher.running(folder).forEach(process -> traces.add("process " + process.pid()));
            String[] sockets = folder.resolve("socket").toFile().list();
            traces.addAll(List.of(sockets == null ? new String[0] : sockets));
        }
        return traces;
    }

    /** WASI has no locks. */
    @Override
    public boolean locksAcrossSandboxes() {
        return false;
    }

    @Override
    public boolean keepsState() {
        return false;
    }

    @Override
    public boolean hasInit() {
        return false;
    }
}
