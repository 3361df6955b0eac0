package dev.mayfly.benchmarks;

import dev.mayfly.sandbox.api.SandboxTechnology;
import dev.mayfly.sandbox.wasm.WasmSettings;
import dev.mayfly.sandbox.wasm.WasmTechnology;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The WebAssembly engines, and what each is compared with. */
final class Engines {
    private static final int GUESTS_MB = 1024;

    private static final String NOT_FOUND = "its C library was not found: unpack the wasmtime wheel "
            + "(pip download --no-deps wasmtime) and set MAYFLY_WASMTIME to its _libwasmtime.so";

    private Engines() {}

    static List<WasmTier.Plan> all(Path folder) {
        Path library = WasmSettings.of(folder, GUESTS_MB).wasmtime();
        return List.of(
                new WasmTier.Plan("wasm (Endive)", "Endive", engine(null), module -> new RawEndive(module), 150, null),
                new WasmTier.Plan(
                        "wasm (Wasmtime)",
                        "Wasmtime",
                        engine(library),
                        module -> new RawWasmtime(Objects.requireNonNull(library), module),
                        40,
                        library == null ? NOT_FOUND : null));
    }

    private static Function<Path, SandboxTechnology> engine(@Nullable Path library) {
        return folder -> new WasmTechnology(WasmSettings.of(folder, GUESTS_MB).withWasmtime(library));
    }
}
