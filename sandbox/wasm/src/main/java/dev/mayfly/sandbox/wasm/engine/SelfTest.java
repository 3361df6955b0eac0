package dev.mayfly.sandbox.wasm.engine;

import dev.mayfly.sandbox.wasm.engine.wasi.FileTree;
import dev.mayfly.sandbox.wasm.engine.wasi.HostLine;
import dev.mayfly.sandbox.wasm.engine.wasi.Storage;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Runs a known module once, so that an engine that does not work says so before it is given work. */
final class SelfTest {
    /** Writes {@code ok} to its output by {@code fd_write} and gives that call's answer, 0, to {@code proc_exit}. */
    private static final String MODULE =
            "AGFzbQEAAAABEANgAX8AYAR/f39/AX9gAAACRgIWd2FzaV9zbmFwc2hvdF9wcmV2aWV3MQlwcm9jX2V4aXQAABZ3YXNpX3Nu"
                    + "YXBzaG90X3ByZXZpZXcxCGZkX3dyaXRlAAEDAgECBQMBAAEHEwIGbWVtb3J5AgAGX3N0YXJ0AAIKEAEOAEEBQQBBAUEQEAEQ"
                    + "AAsLEAEAQQALCggAAAACAAAAb2s=";

    private SelfTest() {}

    static ModuleEngine passed(ModuleEngine engine) throws IOException {
        var result = new CompletableFuture<String>();
        new GuestThread(() -> result.completeAsync(() -> failure(engine), Runnable::run), "self-test").start();
        String failure = result.join();
        if (!failure.isEmpty()) {
            throw new IOException("The engine fails a module of its own: " + failure);
        }
        return engine;
    }

    private static String failure(ModuleEngine engine) {
        byte[] module = Base64.getDecoder().decode(MODULE);
        try {
            ModuleEngine.Program program = engine.load(module, engine.compile(module, ModuleShape.of(module)));
            var call =
                    new GuestCall("", "", 0, 32_767, 5_000_000_000L, List.of("self-test"), Map.of(), "", new byte[0]);
            GuestEnd end =
                    new Guest(engine, new Storage(0)).run(program, FileTree.EMPTY, call, HostLine.NONE, stop -> {});
            program.release();
            return end.how() == GuestEnd.How.EXIT && end.exitCode() == 0 && end.output().length == 2
                    ? ""
                    : end.how() + " " + end.exitCode() + " " + end.message();
        } catch (RefusedException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
