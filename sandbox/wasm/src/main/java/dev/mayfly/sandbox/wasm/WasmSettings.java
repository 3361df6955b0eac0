package dev.mayfly.sandbox.wasm;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the WebAssembly tier is set up.
 *
 * @param folder where compiled modules and the engine's socket lie; owned by one host
 * @param wasmtime Wasmtime's C library; null for the embedded engine, Endive
 * @param user the unprivileged numeric user and group id that the engine runs as, when the host is root
 * @param guestMemoryMb what all guests together may be promised, in MiB; Endive's heap is sized for it
 * @param tmpMb what the {@code /tmp} of all running guests together may hold, in MiB
 * @param loadedModulesMb compiled modules that the engine keeps, in MiB; those unused for longest give way
 * @param storedModulesMb compiled modules on disk, in MiB; those unused for longest give way
 * @param codeFilesMb functions' own files that the engine keeps, in MiB; one function's must fit
 * @param startTimeout how long the engine may take to start
 * @param compileTimeout how long compiling one module may take
 * @param compilerMemoryMb heap of the process that compiles one module, in MiB
 * @param maxModuleBytes larger modules are refused
 */
public record WasmSettings(
        Path folder,
        @Nullable Path wasmtime,
        int user,
        long guestMemoryMb,
        long tmpMb,
        int loadedModulesMb,
        int storedModulesMb,
        int codeFilesMb,
        Duration startTimeout,
        Duration compileTimeout,
        int compilerMemoryMb,
        int maxModuleBytes) {

    /**
     * The defaults: Wasmtime where it is found ({@code MAYFLY_WASMTIME}, the usual library folders, {@code folder}), user
     * 200900, a quarter of the guests' memory (at least 256 MiB) for {@code /tmp}, 128 MiB of loaded and 2 GiB of stored
     * modules, 128 MiB of functions' files, 20 s to start, 60 s and 1 GiB to compile, modules of at most 64 MiB.
     */
    public static WasmSettings of(Path folder, long guestMemoryMb) {
        return new WasmSettings(
                folder,
                EngineKind.findLibrary(System.getenv(EngineKind.VARIABLE), folder),
                200_900,
                guestMemoryMb,
                Math.max(256, guestMemoryMb / 4),
                128,
                2048,
                128,
                Duration.ofSeconds(20),
                Duration.ofSeconds(60),
                1024,
                64 << 20);
    }

    /** The same with another engine: Wasmtime's library, or null for Endive. */
    public WasmSettings withWasmtime(@Nullable Path library) {
        return new WasmSettings(
                folder,
                library,
                user,
                guestMemoryMb,
                tmpMb,
                loadedModulesMb,
                storedModulesMb,
                codeFilesMb,
                startTimeout,
                compileTimeout,
                compilerMemoryMb,
                maxModuleBytes);
    }
}
