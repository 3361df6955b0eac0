package dev.mayfly.sandbox.wasm.engine;

import dev.mayfly.sandbox.wasm.engine.wasi.GuestFunction;
import dev.mayfly.sandbox.wasm.engine.wasi.GuestMemory;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import run.endive.compiler.Cache;
import run.endive.compiler.InterpreterFallback;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.HostFunction;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.runtime.Memory;
import run.endive.runtime.WasmInterruptedException;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.MemoryLimits;
import run.endive.wasm.types.MemorySection;
import run.endive.wasm.types.ValType;

/** Endive: modules become classes of this JVM. */
final class EndiveEngine implements ModuleEngine {
    /** A parsed module takes this much more than its bytes, and so do its classes. */
    private static final int WEIGHT_FACTOR = 8;

    private static final ImportValues WASI = ImportValues.builder()
            .addFunction(GuestFunction.all().map(EndiveEngine::hostFunction).toArray(HostFunction[]::new))
            .build();
    private static final long[] NOTHING = {};

    private static HostFunction hostFunction(GuestFunction function) {
        List<ValType> parameters = function.parameters()
                .chars()
                .mapToObj(letter -> letter == 'i' ? ValType.I32 : ValType.I64)
                .toList();
        return new HostFunction(
                function.module(),
                function.importName(),
                FunctionType.of(parameters, function.returns() ? List.of(ValType.I32) : List.of()),
                (instance, arguments) -> {
                    Run run = GuestThread.current().running();
                    int errno = function.call(run.process, new HeapMemory(instance.memory()), arguments);
                    return function.returns() ? new long[] {errno} : NOTHING;
                });
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

    @Override
    public byte[] compile(byte[] bytes, ModuleShape shape) throws RefusedException {
        WasmModule module = parse(bytes);
        var artefact = new Artefact(null);
        machines(module, artefact);
        byte[] made = artefact.bytes;
        if (made == null) {
            throw new IllegalStateException("The compiler kept nothing in its cache");
        }
        return made;
    }

    @Override
    public Program load(byte[] bytes, byte[] compiled) throws RefusedException {
        WasmModule module = parse(bytes);
        int weight = WEIGHT_FACTOR * (bytes.length + compiled.length);
        try {
            return new Compiled(module, machines(module, new Artefact(compiled)), weight);
        } catch (RuntimeException | LinkageError e) {
            throw new RefusedException(EngineMain.STALE, "The compiled form cannot be loaded: " + e);
        }
    }

    private static Function<Instance, Machine> machines(WasmModule module, Artefact artefact) throws RefusedException {
        try {
            return MachineFactoryCompiler.builder(module)
                    .withInterpreterFallback(InterpreterFallback.SILENT)
                    .withCache(artefact)
                    .compile();
        } catch (WasmEngineException e) {
            throw new RefusedException("Runtime.ImportModuleError", "The module cannot be compiled: " + e.getMessage());
        }
    }

    private static WasmModule parse(byte[] bytes) throws RefusedException {
        try {
            return Parser.parse(bytes);
        } catch (WasmEngineException | IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new RefusedException(
                    "Runtime.UserCodeSyntaxError", "The file is not a valid WebAssembly module: " + e.getMessage());
        }
    }

    /** Guests are stopped by their thread's interrupt. */
    @Override
    public void tick() {
        // Nothing to do.
    }

    private record Compiled(WasmModule module, Function<Instance, Machine> machines, int weight) implements Program {
        @Override
        public void run(Run run) throws TrapException {
            var section = module.memorySection();
            boolean hasMemory = section.isPresent() && section.get().memoryCount() > 0;
            var builder = Instance.builder(module)
                    .withMachineFactory(machines)
                    .withStart(false)
                    .withImportValues(WASI);
            if (hasMemory) {
                builder.withMemoryLimits(limits(section.get(), run.maxPages));
            }
            @Nullable Memory memory = null;
            try {
                Instance instance = builder.build();
                memory = hasMemory ? instance.memory() : null;
                instance.export(Instance.START_FUNCTION_NAME).apply();
            } catch (WasmInterruptedException e) {
                throw new TrapException(GuestEnd.How.TRAP, "interrupted");
            } catch (StackOverflowError e) {
                throw new TrapException(GuestEnd.How.STACK_EXHAUSTED, "call stack exhausted");
            } catch (OutOfMemoryError e) {
                throw new TrapException(GuestEnd.How.ENGINE_FAILED, "the engine's heap is exhausted");
            } catch (WasmEngineException | IndexOutOfBoundsException | ArithmeticException | ClassCastException e) {
                throw new TrapException(GuestEnd.How.TRAP, String.valueOf(e.getMessage()));
            } finally {
                run.pages = memory == null ? 0 : memory.pages();
            }
        }

        private static MemoryLimits limits(MemorySection section, int maxPages) throws TrapException {
            MemoryLimits wanted = section.getMemory(0).limits();
            if (wanted.initialPages() > maxPages) {
                throw new TrapException(
                        GuestEnd.How.MEMORY_EXHAUSTED, "The module needs more memory to start than it may have");
            }
            return new MemoryLimits(wanted.initialPages(), Math.min(wanted.maximumPages(), maxPages));
        }

        @Override
        public boolean use() {
            return true;
        }

        @Override
        public void release() {
            // The collector frees it.
        }
    }

    /** Endive's memory is on the heap and checks its own bounds too. */
    private static final class HeapMemory extends GuestMemory {
        private final Memory memory;

        private HeapMemory(Memory memory) {
            this.memory = memory;
        }

        @Override
        protected long size() {
            return (long) memory.pages() * Memory.PAGE_SIZE;
        }

        @Override
        protected byte get(long at) {
            return memory.read((int) at);
        }

        @Override
        protected int getInt(long at) {
            return memory.readInt((int) at);
        }

        @Override
        protected long getLong(long at) {
            return memory.readLong((int) at);
        }

        @Override
        protected void put(long at, byte value) {
            memory.writeByte((int) at, value);
        }

        @Override
        protected void putInt(long at, int value) {
            memory.writeI32((int) at, value);
        }

        @Override
        protected void putLong(long at, long value) {
            memory.writeLong((int) at, value);
        }

        @Override
        protected void read(long at, byte[] to, int offset, int length) {
            System.arraycopy(memory.readBytes((int) at, length), 0, to, offset, length);
        }

        @Override
        protected void write(long at, byte[] from, int offset, int length) {
            memory.write((int) at, from, offset, length);
        }
    }
}
