package dev.mayfly.benchmarks;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.function.Function;
import run.endive.compiler.InterpreterFallback;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasi.WasiExitException;
import run.endive.wasi.WasiOptions;
import run.endive.wasi.WasiPreview1;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmModule;

/** The bare engine Endive in this process, with its own WASI: no process, no limit, no deadline around the guest. */
final class RawEndive implements RawEngine {
    private final WasmModule module;
    private final Function<Instance, Machine> machines;

    RawEndive(byte[] bytes) {
        module = Parser.parse(bytes);
        machines = MachineFactoryCompiler.builder(module)
                .withInterpreterFallback(InterpreterFallback.SILENT)
                .compile();
    }

    @Override
    public void instantiate() {
        try (var wasi = WasiPreview1.builder()
                .withOptions(WasiOptions.builder().build())
                .build()) {
            Instance.builder(module)
                    .withMachineFactory(machines)
                    .withStart(false)
                    .withImportValues(ImportValues.builder()
                            .addFunction(wasi.toHostFunctions())
                            .build())
                    .build();
        }
    }

    @Override
    public byte[] run(byte[] event) {
        var output = new ByteArrayOutputStream();
        WasiOptions options = WasiOptions.builder()
                .withStdin(new ByteArrayInputStream(event))
                .withStdout(output)
                .build();
        try (var wasi = WasiPreview1.builder().withOptions(options).build()) {
            Instance.builder(module)
                    .withMachineFactory(machines)
                    .withImportValues(ImportValues.builder()
                            .addFunction(wasi.toHostFunctions())
                            .build())
                    .build();
        } catch (WasiExitException e) {
            if (e.exitCode() != 0) {
                throw e;
            }
        }
        return output.toByteArray();
    }
}
