package dev.mayfly.sandbox.wasm.engine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.mayfly.sandbox.wasm.engine.wasi.GuestFunction;
import dev.mayfly.sandbox.wasm.engine.wasi.StopSignal;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Wasmtime through its C API: machine code made ahead of time, instances from a pool, memories that begin as copy-on-write
 * images of the module's data, guests stopped by epochs.
 */
final class WasmtimeEngine implements ModuleEngine {
    private static final int MAX_GUESTS = 1000;
    private static final int MAX_TABLE_ELEMENTS = 100_000;
    private static final int MAX_TABLES = 4;
    private static final int PAGE_BYTES = 64 << 10;
    private static final long STACK_BYTES = 2L << 20;
    private static final long INSTANCE_BYTES = 1L << 20;
    /** So much of a used memory is wiped in place; the rest is given back to the kernel. */
    private static final long KEPT_RESIDENT_BYTES = 256L << 10;
    /** Memories that stay mapped for the module that used them last. */
    private static final int WARM_SLOTS = 64;

    private static final byte WASM_I32 = 0;
    private static final byte WASM_I64 = 1;
    private static final MemorySegment NULL = MemorySegment.NULL;
    private static final MemorySegment START = Arena.global().allocateFrom("_start");
    private static final long START_LENGTH = 6;

    private final MemorySegment engine;
    private final MemorySegment linker;
    private final MemorySegment epochCallback;

    WasmtimeEngine() {
        try {
            engine = (MemorySegment) Wasmtime.ENGINE_NEW.invokeExact(configuration());
            linker = (MemorySegment) Wasmtime.LINKER_NEW.invokeExact(engine);
            var lookup = MethodHandles.lookup();
            epochCallback = Wasmtime.upcall(
                    lookup.findStatic(
                            WasmtimeEngine.class,
                            "epochPassed",
                            MethodType.methodType(
                                    MemorySegment.class,
                                    MemorySegment.class,
                                    MemorySegment.class,
                                    MemorySegment.class,
                                    MemorySegment.class)),
                    FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
            MethodHandle called = lookup.findStatic(
                    WasmtimeEngine.class,
                    "called",
                    MethodType.methodType(
                            MemorySegment.class,
                            GuestFunction.class,
                            MemorySegment.class,
                            MemorySegment.class,
                            MemorySegment.class,
                            long.class));
            for (GuestFunction function : GuestFunction.all().toList()) {
                define(function, called.bindTo(function));
            }
        } catch (Throwable e) {
            throw new IllegalStateException("Wasmtime cannot be used: " + e, e);
        }
    }

    /** The same in the process that compiles and the one that runs: Wasmtime refuses code made for another. */
    private static MemorySegment configuration() throws Throwable {
        MemorySegment config = Wasmtime.create("wasm_config_new");
        Wasmtime.set("wasmtime_config_epoch_interruption_set", config, true);
        Wasmtime.set("wasmtime_config_max_wasm_stack_set", config, STACK_BYTES);
        Wasmtime.set("wasmtime_config_memory_init_cow_set", config, true);
        for (String feature :
                new String[] {"threads", "memory64", "multi_memory", "gc", "exceptions", "function_references"}) {
            Wasmtime.set("wasmtime_config_wasm_" + feature + "_set", config, false);
        }
        Wasmtime.set("wasmtime_config_gc_support_set", config, false);
        MemorySegment pool = Wasmtime.create("wasmtime_pooling_allocation_config_new");
        String set = "wasmtime_pooling_allocation_config_";
        Wasmtime.set(set + "total_core_instances_set", pool, MAX_GUESTS);
        Wasmtime.set(set + "total_memories_set", pool, MAX_GUESTS);
        Wasmtime.set(set + "total_tables_set", pool, MAX_GUESTS);
        Wasmtime.set(set + "total_stacks_set", pool, 0);
        Wasmtime.set(set + "total_gc_heaps_set", pool, 0);
        Wasmtime.set(set + "max_tables_per_module_set", pool, MAX_TABLES);
        Wasmtime.set(set + "table_elements_set", pool, (long) MAX_TABLE_ELEMENTS);
        Wasmtime.set(set + "max_core_instance_size_set", pool, INSTANCE_BYTES);
        Wasmtime.set(set + "linear_memory_keep_resident_set", pool, KEPT_RESIDENT_BYTES);
        Wasmtime.set(set + "max_unused_warm_slots_set", pool, WARM_SLOTS);
        Wasmtime.set("wasmtime_pooling_allocation_strategy_set", config, pool);
        return config;
    }

    private void define(GuestFunction function, MethodHandle target) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment type = (MemorySegment) Wasmtime.FUNCTYPE_NEW.invokeExact(
                    types(arena, function.parameters()), types(arena, function.returns() ? "i" : ""));
            MemorySegment stub =
                    Wasmtime.upcall(target, FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));
            check((MemorySegment) Wasmtime.LINKER_DEFINE.invokeExact(
                    linker,
                    arena.allocateFrom(function.module()),
                    (long) function.module().length(),
                    arena.allocateFrom(function.importName()),
                    (long) function.importName().length(),
                    type,
                    stub,
                    NULL,
                    NULL));
        }
    }

    private static MemorySegment types(Arena arena, String letters) throws Throwable {
        MemorySegment all = arena.allocate(ADDRESS, Math.max(1, letters.length()));
        for (int i = 0; i < letters.length(); i++) {
            byte kind = letters.charAt(i) == 'i' ? WASM_I32 : WASM_I64;
            all.setAtIndex(ADDRESS, i, (MemorySegment) Wasmtime.VALTYPE_NEW.invokeExact(kind));
        }
        MemorySegment vector = arena.allocate(16, 8);
        Wasmtime.VALTYPES_NEW.invokeExact(vector, (long) letters.length(), all);
        return vector;
    }

    private static void check(MemorySegment error) throws Throwable {
        if (error.address() != 0) {
            throw new IllegalStateException(Wasmtime.message(error));
        }
    }

    /**
     * A guest calls the system. Nothing may be thrown into native code: what ends the guest is kept, and a trap given.
     *
     * @return a new trap, or NULL
     */
    private static MemorySegment called(
            GuestFunction function, MemorySegment data, MemorySegment caller, MemorySegment values, long count) {
        GuestThread thread = GuestThread.current();
        WasmtimeCall call = Objects.requireNonNull(thread.call);
        try {
            call.enter(caller);
            MemorySegment raw = values.reinterpret(count * Wasmtime.RAW_VALUE_BYTES);
            long[] arguments = new long[function.parameters().length()];
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = raw.get(JAVA_LONG, i * Wasmtime.RAW_VALUE_BYTES);
            }
            int errno = function.call(thread.running().process, call, arguments);
            if (function.returns()) {
                raw.set(JAVA_INT, 0, errno);
            }
            return NULL;
        } catch (Throwable e) {
            call.ended = e;
            return newTrap();
        }
    }

    private static MemorySegment newTrap() {
        try {
            return (MemorySegment) Wasmtime.TRAP_NEW.invokeExact(START, START_LENGTH);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** The epoch has gone on while the guest runs: it may go on to the next, or stops. */
    private static MemorySegment epochPassed(
            MemorySegment context, MemorySegment data, MemorySegment delta, MemorySegment kind) {
        try {
            GuestThread thread = GuestThread.current();
            if (thread.isInterrupted() || thread.running().stop.isAsked()) {
                try (Arena arena = Arena.ofConfined()) {
                    return (MemorySegment) Wasmtime.ERROR_NEW.invokeExact(arena.allocateFrom("stopped"));
                }
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        delta.reinterpret(8).set(JAVA_LONG, 0, 1);
        kind.reinterpret(1).set(JAVA_BYTE, 0, (byte) 0);
        return NULL;
    }

    @Override
    public byte[] compile(byte[] module, ModuleShape shape) throws RefusedException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, module);
            MemorySegment made = arena.allocate(ADDRESS);
            MemorySegment error =
                    (MemorySegment) Wasmtime.MODULE_NEW.invokeExact(engine, bytes, (long) module.length, made);
            if (error.address() != 0) {
                throw new RefusedException("Runtime.UserCodeSyntaxError", Wasmtime.message(error));
            }
            MemorySegment vector = arena.allocate(16, 8);
            check((MemorySegment) Wasmtime.MODULE_SERIALIZE.invokeExact(made.get(ADDRESS, 0), vector));
            return Wasmtime.takenBytes(vector);
        } catch (RefusedException | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Program load(byte[] module, byte[] compiled) throws RefusedException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment made = arena.allocate(ADDRESS);
            MemorySegment error = (MemorySegment) Wasmtime.MODULE_DESERIALIZE.invokeExact(
                    engine, arena.allocateFrom(JAVA_BYTE, compiled), (long) compiled.length, made);
            if (error.address() != 0) {
                throw new RefusedException(EngineMain.STALE, Wasmtime.message(error));
            }
            MemorySegment handle = made.get(ADDRESS, 0);
            MemorySegment pre = arena.allocate(ADDRESS);
            error = (MemorySegment) Wasmtime.INSTANTIATE_PRE.invokeExact(linker, handle, pre);
            Wasmtime.MODULE_DELETE.invokeExact(handle);
            if (error.address() != 0) {
                throw new RefusedException("Runtime.ImportModuleError", Wasmtime.message(error));
            }
            return new Compiled(pre.get(ADDRESS, 0), compiled.length);
        } catch (RefusedException | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void tick() {
        try {
            Wasmtime.INCREMENT_EPOCH.invokeExact(engine);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private final class Compiled implements Program {
        private final MemorySegment pre;
        private final int weight;
        /** One for being kept, one for each guest that runs it. */
        private final AtomicInteger users = new AtomicInteger(1);

        private Compiled(MemorySegment pre, int weight) {
            this.pre = pre;
            this.weight = weight;
        }

        @Override
        public int weight() {
            return weight;
        }

        @Override
        public boolean use() {
            return users.getAndUpdate(now -> now == 0 ? 0 : now + 1) > 0;
        }

        @Override
        public void release() {
            if (users.decrementAndGet() == 0) {
                try {
                    Wasmtime.PRE_DELETE.invokeExact(pre);
                } catch (Throwable e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        @Override
        public void run(Run run) throws TrapException {
            GuestThread thread = GuestThread.current();
            @Nullable WasmtimeCall call = thread.call;
            if (call == null) {
                call = new WasmtimeCall();
                thread.call = call;
            }
            try {
                MemorySegment store = (MemorySegment) Wasmtime.STORE_NEW.invokeExact(engine, NULL, NULL);
                try {
                    run(run, call, store);
                } finally {
                    run.pages = call.bytes() / PAGE_BYTES;
                    call.end();
                    Wasmtime.STORE_DELETE.invokeExact(store);
                }
            } catch (TrapException | RuntimeException e) {
                throw e;
            } catch (StackOverflowError e) {
                throw new TrapException(GuestEnd.How.STACK_EXHAUSTED, "call stack exhausted");
            } catch (OutOfMemoryError e) {
                throw new TrapException(GuestEnd.How.ENGINE_FAILED, "the engine's heap is exhausted");
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        private void run(Run run, WasmtimeCall call, MemorySegment store) throws Throwable {
            Wasmtime.STORE_LIMITER.invokeExact(
                    store, (long) run.maxPages * PAGE_BYTES, (long) MAX_TABLE_ELEMENTS, 1L, (long) MAX_TABLES, 1L);
            Wasmtime.EPOCH_CALLBACK.invokeExact(store, epochCallback, NULL, NULL);
            MemorySegment context = (MemorySegment) Wasmtime.STORE_CONTEXT.invokeExact(store);
            Wasmtime.SET_EPOCH_DEADLINE.invokeExact(context, 1L);
            call.begin(context);
            MemorySegment error =
                    (MemorySegment) Wasmtime.PRE_INSTANTIATE.invokeExact(pre, context, call.instance, call.trap);
            endIf(run, call, error, GuestEnd.How.ENGINE_FAILED);
            call.findMemory();
            boolean found =
                    (boolean) Wasmtime.EXPORT_GET.invokeExact(context, call.instance, START, START_LENGTH, call.item);
            if (!found || call.item.get(JAVA_BYTE, 0) != Wasmtime.KIND_FUNCTION) {
                throw new TrapException(GuestEnd.How.TRAP, "no _start");
            }
            error = (MemorySegment) Wasmtime.FUNC_CALL.invokeExact(
                    context, call.item.asSlice(Wasmtime.EXTERN_ITEM), NULL, 0L, NULL, 0L, call.trap);
            endIf(run, call, error, GuestEnd.How.TRAP);
        }

        private void endIf(Run run, WasmtimeCall call, MemorySegment error, GuestEnd.How other) throws Throwable {
            MemorySegment trap = call.trap.get(ADDRESS, 0);
            if (error.address() == 0 && trap.address() == 0) {
                return;
            }
            String message = error.address() == 0 ? "" : Wasmtime.message(error);
            Wasmtime.@Nullable Trap taken = trap.address() == 0 ? null : Wasmtime.trap(trap);
            if (call.ended != null) {
                throw call.ended;
            }
            if (run.stop.isAsked()) {
                throw new StopSignal.StoppedException();
            }
            if (taken == null) {
                throw new TrapException(other, message);
            }
            throw new TrapException(
                    taken.code() == Wasmtime.TRAP_STACK_OVERFLOW ? GuestEnd.How.STACK_EXHAUSTED : GuestEnd.How.TRAP,
                    taken.message());
        }
    }
}
