package dev.mayfly.sandbox.wasm.engine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.mayfly.sandbox.wasm.engine.wasi.GuestMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** The native scratch space of one thread, and the guest's memory while one runs there. */
final class WasmtimeCall extends GuestMemory {
    private final Arena arena = Arena.ofAuto();
    final MemorySegment instance = arena.allocate(Wasmtime.INSTANCE_BYTES, 8);
    final MemorySegment trap = arena.allocate(ADDRESS);
    final MemorySegment item = arena.allocate(Wasmtime.EXTERN_BYTES, 8);
    private final MemorySegment memoryExtern = arena.allocate(Wasmtime.EXTERN_BYTES, 8);
    private final MemorySegment memory = memoryExtern.asSlice(Wasmtime.EXTERN_ITEM);
    private final MemorySegment memoryName = arena.allocateFrom("memory");
    private MemorySegment context = MemorySegment.NULL;
    private MemorySegment data = MemorySegment.NULL;
    private boolean hasMemory;

    /** Why a call from the guest ended it. */
    @Nullable
    Throwable ended;

    void begin(MemorySegment newContext) {
        context = newContext;
        ended = null;
        hasMemory = false;
        data = MemorySegment.NULL;
        trap.set(ADDRESS, 0, MemorySegment.NULL);
    }

    /** Finds the memory of the instance. */
    void findMemory() throws Throwable {
        hasMemory = (boolean) Wasmtime.EXPORT_GET.invokeExact(context, instance, memoryName, 6L, memoryExtern)
                && memoryExtern.get(JAVA_BYTE, 0) == Wasmtime.KIND_MEMORY;
    }

    /** Makes the guest's memory, as it is now, what the other methods see. */
    void enter(MemorySegment caller) throws Throwable {
        if (!hasMemory) {
            // The module's own start function runs before the instance is known.
            hasMemory = (boolean) Wasmtime.CALLER_EXPORT_GET.invokeExact(caller, memoryName, 6L, memoryExtern)
                    && memoryExtern.get(JAVA_BYTE, 0) == Wasmtime.KIND_MEMORY;
        }
        data = hasMemory
                ? ((MemorySegment) Wasmtime.MEMORY_DATA.invokeExact(context, memory)).reinterpret(bytes())
                : MemorySegment.NULL;
    }

    /** Size of the memory; 0 without one. */
    long bytes() throws Throwable {
        return hasMemory ? (long) Wasmtime.MEMORY_SIZE.invokeExact(context, memory) : 0;
    }

    void end() {
        context = MemorySegment.NULL;
        data = MemorySegment.NULL;
        hasMemory = false;
    }

    @Override
    protected long size() {
        return data.byteSize();
    }

    @Override
    protected byte get(long at) {
        return data.get(JAVA_BYTE, at);
    }

    @Override
    protected int getInt(long at) {
        return data.get(JAVA_INT_UNALIGNED, at);
    }

    @Override
    protected long getLong(long at) {
        return data.get(JAVA_LONG_UNALIGNED, at);
    }

    @Override
    protected void put(long at, byte value) {
        data.set(JAVA_BYTE, at, value);
    }

    @Override
    protected void putInt(long at, int value) {
        data.set(JAVA_INT_UNALIGNED, at, value);
    }

    @Override
    protected void putLong(long at, long value) {
        data.set(JAVA_LONG_UNALIGNED, at, value);
    }

    @Override
    protected void read(long at, byte[] to, int offset, int length) {
        MemorySegment.copy(data, JAVA_BYTE, at, to, offset, length);
    }

    @Override
    protected void write(long at, byte[] from, int offset, int length) {
        MemorySegment.copy(from, offset, data, JAVA_BYTE, at, length);
    }
}
