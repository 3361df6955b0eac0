package dev.mayfly.benchmarks;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;

/** The bare engine Wasmtime in this process, pooled, with its own WASI: no process, no limit, no deadline around the guest. */
final class RawWasmtime implements RawEngine {
    private static final MemorySegment NULL = MemorySegment.NULL;
    private static final int EXTERN_ITEM = 8;

    private final Arena arena = Arena.ofShared();
    private final SymbolLookup symbols;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final MemorySegment engine;
    private final MemorySegment pre;
    private final MemorySegment instance = arena.allocate(16, 8);
    private final MemorySegment trap = arena.allocate(ADDRESS);
    private final MemorySegment item = arena.allocate(32, 8);
    private final MemorySegment start = arena.allocateFrom("_start");
    private final MemorySegment takeOutput;
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

    RawWasmtime(Path library, byte[] module) throws Exception {
        symbols = SymbolLookup.libraryLookup(library, arena);
        takeOutput = Linker.nativeLinker()
                .upcallStub(
                        MethodHandles.lookup()
                                .bind(
                                        this,
                                        "written",
                                        MethodType.methodType(
                                                long.class, MemorySegment.class, MemorySegment.class, long.class)),
                        FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG),
                        arena);
        storeNew = pointer("wasmtime_store_new", ADDRESS, ADDRESS, ADDRESS);
        storeContext = pointer("wasmtime_store_context", ADDRESS);
        storeDelete = nothing("wasmtime_store_delete", ADDRESS);
        wasiNew = pointer("wasi_config_new");
        wasiStdin = nothing("wasi_config_set_stdin_bytes", ADDRESS, ADDRESS);
        wasiStdout = nothing("wasi_config_set_stdout_custom", ADDRESS, ADDRESS, ADDRESS, ADDRESS);
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

    /** The guest has written; called by the engine. */
    private long written(MemorySegment data, MemorySegment bytes, long length) {
        output.writeBytes(bytes.reinterpret(length).toArray(JAVA_BYTE));
        return length;
    }

    private static void check(MemorySegment error) {
        if (error.address() != 0) {
            throw new IllegalStateException("Wasmtime refuses");
        }
    }

    @Override
    public void instantiate() {
        try {
            MemorySegment store = (MemorySegment) storeNew.invokeExact(engine, NULL, NULL);
            MemorySegment context = (MemorySegment) storeContext.invokeExact(store);
            trap.set(ADDRESS, 0, NULL);
            check((MemorySegment) instantiate.invokeExact(pre, context, instance, trap));
            storeDelete.invokeExact(store);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public byte[] run(byte[] event) throws Exception {
        try (Arena mine = Arena.ofConfined()) {
            MemorySegment bytes = mine.allocate(16, 8);
            bytesNew.invokeExact(bytes, (long) event.length, mine.allocateFrom(JAVA_BYTE, event));
            MemorySegment wasi = (MemorySegment) wasiNew.invokeExact();
            wasiStdin.invokeExact(wasi, bytes);
            output.reset();
            wasiStdout.invokeExact(wasi, takeOutput, NULL, NULL);
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
        return output.toByteArray();
    }

    @Override
    public void close() {
        arena.close();
    }
}
