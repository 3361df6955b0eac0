package dev.mayfly.sandbox.wasm;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How the WebAssembly tier is set up.
 *
 * @param folder where compiled modules and the engine's socket lie; owned by one host
 * @param user the unprivileged numeric user and group id that the engine runs as, when the host is root
 * @param guestMemoryMb what all guests together may be promised; the engine's heap is sized for it
 * @param startTimeout how long the engine may take to start
 * @param compileTimeout how long compiling one module may take
 * @param compilerMemoryMb heap of the process that compiles one module
 * @param maxModuleBytes larger modules are refused
 */
public record WasmSettings(
        Path folder,
        int user,
        long guestMemoryMb,
        Duration startTimeout,
        Duration compileTimeout,
        int compilerMemoryMb,
        int maxModuleBytes) {

    /** The defaults: user 200900, 20 s to start, 60 s and 1 GiB to compile, modules of at most 64 MiB. */
    public static WasmSettings of(Path folder, long guestMemoryMb) {
        return new WasmSettings(
                folder, 200_900, guestMemoryMb, Duration.ofSeconds(20), Duration.ofSeconds(60), 1024, 64 << 20);
    }
}
