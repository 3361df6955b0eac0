package dev.mayfly.benchmarks;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The bare engine Wasmtime in this process, pooled, with its own WASI: no process, no limit, no deadline around the guest. */
final class RawWasmtime implements RawEngine {
    private static final MemorySegment NULL = MemorySegment.NULL;
    private static final int EXTERN_ITEM = 8;

    private final Arena arena = Arena.ofShared();
    private final SymbolLookup symbols;
    private final Path output;
    private final MemorySegment engine;
    private final MemorySegment pre;
    private final MemorySegment instance = arena.allocate(16, 8);
    private final MemorySegment trap = arena.allocate(ADDRESS);
    private final MemorySegment item = arena.allocate(32, 8);
    private final MemorySegment start = arena.allocateFrom("_start");
    private final MemorySegment outputName;
    private final MethodHandle storeNew;
    private final MethodHandle storeContext;
    private final MethodHandle storeDelete;
    private final MethodHandle wasiNew;
    private final MethodHandle wasiStdin;
    private final MethodHandle wasiStdout;
    private final MethodHandle setWasi;
    private final MethodHandle bytesNew;
    private final MethodHandle instantiate;
    private final MethodHandle exportGet;
    private final MethodHandle call;

    /** @param folder its guests' output goes into a file here: the library's own way to take it */
    RawWasmtime(Path library, Path folder, byte[] module) throws Exception {
        symbols = SymbolLookup.libraryLookup(library, arena);
        output = folder.resolve("stdout");
        outputName = arena.allocateFrom(output.toString());
        storeNew = pointer("wasmtime_store_new", ADDRESS, ADDRESS, ADDRESS);
        storeContext = pointer("wasmtime_store_context", ADDRESS);
        storeDelete = nothing("wasmtime_store_delete", ADDRESS);
        wasiNew = pointer("wasi_config_new");
        wasiStdin = nothing("wasi_config_set_stdin_bytes", ADDRESS, ADDRESS);
        wasiStdout = handle("wasi_config_set_stdout_file", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, ADDRESS));
        setWasi = pointer("wasmtime_context_set_wasi", ADDRESS, ADDRESS);
        bytesNew = nothing("wasm_byte_vec_new", ADDRESS, JAVA_LONG, ADDRESS);
        instantiate = pointer("wasmtime_instance_pre_instantiate", ADDRESS, ADDRESS, ADDRESS, ADDRESS);
        exportGet = handle(
                "wasmtime_instance_export_get",
                FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
        call = pointer("wasmtime_func_call", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS);
        try {
            MemorySegment config = (MemorySegment) pointer("wasm_config_new").invokeExact();
            MemorySegment pool = (MemorySegment)
                    pointer("wasmtime_pooling_allocation_config_new").invokeExact();
            nothing("wasmtime_pooling_allocation_strategy_set", ADDRESS, ADDRESS)
                    .invokeExact(config, pool);
            engine = (MemorySegment)
                    pointer("wasm_engine_new_with_config", ADDRESS).invokeExact(config);
            MemorySegment linker =
                    (MemorySegment) pointer("wasmtime_linker_new", ADDRESS).invokeExact(engine);
            check((MemorySegment)
                    pointer("wasmtime_linker_define_wasi", ADDRESS).invokeExact(linker));
            MemorySegment made = arena.allocate(ADDRESS);
            check((MemorySegment) pointer("wasmtime_module_new", ADDRESS, ADDRESS, JAVA_LONG, ADDRESS)
                    .invokeExact(engine, arena.allocateFrom(JAVA_BYTE, module), (long) module.length, made));
            MemorySegment prepared = arena.allocate(ADDRESS);
            check((MemorySegment) pointer("wasmtime_linker_instantiate_pre", ADDRESS, ADDRESS, ADDRESS)
                    .invokeExact(linker, made.get(ADDRESS, 0), prepared));
            pre = prepared.get(ADDRESS, 0);
        } catch (Throwable e) {
            throw new IllegalStateException("Wasmtime cannot be used: " + e, e);
        }
    }

    private MethodHandle handle(String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), type);
    }

    private MethodHandle pointer(String name, MemoryLayout... parameters) {
        return handle(name, FunctionDescriptor.of(ADDRESS, parameters));
    }

    private MethodHandle nothing(String name, MemoryLayout... parameters) {
        return handle(name, FunctionDescriptor.ofVoid(parameters));
    }

    private static void check(MemorySegment error) {
        if (error.address() != 0) {
            throw new IllegalStateException("Wasmtime refuses");
        }
    }

    @Override
    public byte[] run(byte[] event) throws Exception {
        try (Arena mine = Arena.ofConfined()) {
            MemorySegment bytes = mine.allocate(16, 8);
            bytesNew.invokeExact(bytes, (long) event.length, mine.allocateFrom(JAVA_BYTE, event));
            MemorySegment wasi = (MemorySegment) wasiNew.invokeExact();
            wasiStdin.invokeExact(wasi, bytes);
            if (!(boolean) wasiStdout.invokeExact(wasi, outputName)) {
                throw new IllegalStateException("Wasmtime cannot write " + output);
            }
            MemorySegment store = (MemorySegment) storeNew.invokeExact(engine, NULL, NULL);
            MemorySegment context = (MemorySegment) storeContext.invokeExact(store);
            check((MemorySegment) setWasi.invokeExact(context, wasi));
            trap.set(ADDRESS, 0, NULL);
            check((MemorySegment) instantiate.invokeExact(pre, context, instance, trap));
            boolean found = (boolean) exportGet.invokeExact(context, instance, start, 6L, item);
            if (!found) {
                throw new IllegalStateException("no _start");
            }
            check((MemorySegment) call.invokeExact(context, item.asSlice(EXTERN_ITEM), NULL, 0L, NULL, 0L, trap));
            storeDelete.invokeExact(store);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        return new byte[0];
    }

    /** What the last guest wrote. */
    String lastOutput() throws Exception {
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        arena.close();
    }
}
