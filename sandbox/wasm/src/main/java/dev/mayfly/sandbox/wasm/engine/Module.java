package dev.mayfly.sandbox.wasm.engine;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import run.endive.compiler.Cache;
import run.endive.compiler.InterpreterFallback;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.ExternalType;
import run.endive.wasm.types.FunctionImport;

/**
 * A parsed and compiled module.
 *
 * @param weight bytes of the module and its compiled form: what it costs to keep
 */
record Module(WasmModule module, Function<Instance, Machine> machines, int weight) {
    private static final String WASI = "wasi_snapshot_preview1";
    private static final String START = "_start";

    /** A module that can never run here. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;
        private final String errorType;

        RefusedException(String errorType, String message) {
            super(message);
            this.errorType = errorType;
        }

        String errorType() {
            return errorType;
        }
    }

    /** A cache of one artefact: what the compiler makes of one module. */
    private static final class Artefact implements Cache {
        private byte @Nullable [] bytes;

        private Artefact(byte @Nullable [] bytes) {
            this.bytes = bytes;
        }

        @Override
        public byte @Nullable [] get(String digest) {
            return bytes;
        }

        @Override
        public void putIfAbsent(String digest, byte[] made) {
            if (bytes == null) {
                bytes = made;
            }
        }
    }

    /** The compiled form of {@code bytes}, to be given to {@link #load} later, in any engine of the same version. */
    static byte[] compile(byte[] bytes) throws RefusedException {
        WasmModule module = parse(bytes);
        check(module);
        Artefact artefact = new Artefact(null);
        try {
            MachineFactoryCompiler.builder(module)
                    .withInterpreterFallback(InterpreterFallback.SILENT)
                    .withCache(artefact)
                    .compile();
        } catch (WasmEngineException e) {
            throw new RefusedException("Runtime.ImportModuleError", "The module cannot be compiled: " + e.getMessage());
        }
        byte[] made = artefact.bytes;
        if (made == null) {
            throw new IllegalStateException("The compiler kept nothing in its cache");
        }
        return made;
    }

    static Module load(byte[] bytes, byte[] compiled) throws RefusedException {
        WasmModule module = parse(bytes);
        var machines = MachineFactoryCompiler.builder(module)
                .withInterpreterFallback(InterpreterFallback.SILENT)
                .withCache(new Artefact(compiled))
                .compile();
        return new Module(module, machines, bytes.length + compiled.length);
    }

    private static WasmModule parse(byte[] bytes) throws RefusedException {
        try {
            return Parser.parse(bytes);
        } catch (WasmEngineException | IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new RefusedException(
                    "Runtime.UserCodeSyntaxError", "The file is not a valid WebAssembly module: " + e.getMessage());
        }
    }

    private static void check(WasmModule module) throws RefusedException {
        var imports = module.importSection();
        for (int i = 0; i < imports.importCount(); i++) {
            var wanted = imports.getImport(i);
            if (!(wanted instanceof FunctionImport) || !wanted.module().equals(WASI)) {
                throw new RefusedException(
                        "Runtime.ImportModuleError",
                        "The module imports %s.%s; only functions of %s are offered"
                                .formatted(wanted.module(), wanted.name(), WASI));
            }
        }
        var exports = module.exportSection();
        for (int i = 0; i < exports.exportCount(); i++) {
            var export = exports.getExport(i);
            if (export.name().equals(START) && export.exportType() == ExternalType.FUNCTION) {
                return;
            }
        }
        throw new RefusedException(
                "Runtime.HandlerNotFound",
                "The module exports no function " + START + ": build it as a WASI command, not as a library");
    }
}
