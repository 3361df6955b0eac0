package dev.mayfly.sandbox.wasm.engine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The functions of Wasmtime's C API that are used here, as version 50 has them. One library for each process: the one that
 * the system property {@value #LIBRARY} names.
 *
 * <p>Structures, on 64-bit machines (all little-endian; what is not named is the library's own):
 *
 * <ul>
 *   <li>{@code wasm_byte_vec_t}: size at 0 (size_t), data at 8 (pointer); 16 bytes. {@code wasm_valtype_vec_t} too.
 *   <li>{@code wasmtime_instance_t}: store id at 0 (u64), private at 8; 16 bytes.
 *   <li>{@code wasmtime_func_t}: store id at 0 (u64), private at 8; 16 bytes.
 *   <li>{@code wasmtime_memory_t}: store id at 0 (u64), two private u32 at 8 and 16; 24 bytes.
 *   <li>{@code wasmtime_extern_t}: kind at 0 (u8; 0 a function, 3 a memory), the item at 8; 32 bytes.
 *   <li>{@code wasmtime_val_raw_t}: a union of 16 bytes, the value at its start.
 * </ul>
 *
 * <p>Functions that return {@code wasmtime_error_t*} return NULL for success and otherwise give the error to the caller; a
 * trap comes through a {@code wasm_trap_t**}. A host function, or the epoch callback, gives its trap or error away.
 */
final class Wasmtime {
    static final String LIBRARY = "mayfly.wasmtime";

    static final int KIND_FUNCTION = 0;
    static final int KIND_MEMORY = 3;
    static final long EXTERN_ITEM = 8;
    static final long EXTERN_BYTES = 32;
    static final long INSTANCE_BYTES = 16;
    static final long RAW_VALUE_BYTES = 16;
    static final int TRAP_STACK_OVERFLOW = 0;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup SYMBOLS =
            SymbolLookup.libraryLookup(Path.of(System.getProperty(LIBRARY, "")), Arena.global());

    static final MethodHandle ENGINE_NEW = pointer("wasm_engine_new_with_config", ADDRESS);
    static final MethodHandle INCREMENT_EPOCH = nothing("wasmtime_engine_increment_epoch", ADDRESS);

    static final MethodHandle MODULE_NEW = pointer("wasmtime_module_new", ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    static final MethodHandle MODULE_SERIALIZE = pointer("wasmtime_module_serialize", ADDRESS, ADDRESS);
    static final MethodHandle MODULE_DESERIALIZE =
            pointer("wasmtime_module_deserialize", ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    static final MethodHandle MODULE_DELETE = nothing("wasmtime_module_delete", ADDRESS);

    static final MethodHandle LINKER_NEW = pointer("wasmtime_linker_new", ADDRESS);
    static final MethodHandle LINKER_DEFINE = pointer(
            "wasmtime_linker_define_func_unchecked",
            ADDRESS,
            ADDRESS,
            JAVA_LONG,
            ADDRESS,
            JAVA_LONG,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS);
    static final MethodHandle INSTANTIATE_PRE = pointer("wasmtime_linker_instantiate_pre", ADDRESS, ADDRESS, ADDRESS);
    static final MethodHandle PRE_INSTANTIATE =
            pointer("wasmtime_instance_pre_instantiate", ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    static final MethodHandle PRE_DELETE = nothing("wasmtime_instance_pre_delete", ADDRESS);
    static final MethodHandle VALTYPE_NEW = pointer("wasm_valtype_new", JAVA_BYTE);
    static final MethodHandle VALTYPES_NEW = nothing("wasm_valtype_vec_new", ADDRESS, JAVA_LONG, ADDRESS);
    static final MethodHandle FUNCTYPE_NEW = pointer("wasm_functype_new", ADDRESS, ADDRESS);

    static final MethodHandle STORE_NEW = pointer("wasmtime_store_new", ADDRESS, ADDRESS, ADDRESS);
    static final MethodHandle STORE_CONTEXT = pointer("wasmtime_store_context", ADDRESS);
    static final MethodHandle STORE_DELETE = nothing("wasmtime_store_delete", ADDRESS);
    static final MethodHandle STORE_LIMITER =
            nothing("wasmtime_store_limiter", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static final MethodHandle EPOCH_CALLBACK =
            nothing("wasmtime_store_epoch_deadline_callback", ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    static final MethodHandle SET_EPOCH_DEADLINE = nothing("wasmtime_context_set_epoch_deadline", ADDRESS, JAVA_LONG);

    static final MethodHandle EXPORT_GET = handle(
            "wasmtime_instance_export_get",
            FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
    static final MethodHandle CALLER_EXPORT_GET = handle(
            "wasmtime_caller_export_get", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
    static final MethodHandle FUNC_CALL =
            pointer("wasmtime_func_call", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS);
    static final MethodHandle MEMORY_DATA = handle(
            "wasmtime_memory_data", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS), Linker.Option.critical(false));
    static final MethodHandle MEMORY_SIZE = handle(
            "wasmtime_memory_data_size",
            FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS),
            Linker.Option.critical(false));

    static final MethodHandle ERROR_NEW = pointer("wasmtime_error_new", ADDRESS);
    static final MethodHandle TRAP_NEW = pointer("wasmtime_trap_new", ADDRESS, JAVA_LONG);
    private static final MethodHandle ERROR_MESSAGE = nothing("wasmtime_error_message", ADDRESS, ADDRESS);
    private static final MethodHandle ERROR_DELETE = nothing("wasmtime_error_delete", ADDRESS);
    private static final MethodHandle TRAP_MESSAGE = nothing("wasm_trap_message", ADDRESS, ADDRESS);
    private static final MethodHandle TRAP_CODE =
            handle("wasmtime_trap_code", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, ADDRESS));
    private static final MethodHandle TRAP_DELETE = nothing("wasm_trap_delete", ADDRESS);
    private static final MethodHandle BYTES_DELETE = nothing("wasm_byte_vec_delete", ADDRESS);

    private static final MemoryLayout VECTOR = MemoryLayout.structLayout(JAVA_LONG, ADDRESS);

    private Wasmtime() {}

    private static MethodHandle handle(String name, FunctionDescriptor type, Linker.Option... options) {
        return LINKER.downcallHandle(SYMBOLS.findOrThrow(name), type, options);
    }

    private static MethodHandle pointer(String name, MemoryLayout... parameters) {
        return handle(name, FunctionDescriptor.of(ADDRESS, parameters));
    }

    private static MethodHandle nothing(String name, MemoryLayout... parameters) {
        return handle(name, FunctionDescriptor.ofVoid(parameters));
    }

    /** Makes a configuration object by the function {@code name}. */
    static MemorySegment create(String name) throws Throwable {
        return (MemorySegment) pointer(name).invokeExact();
    }

    static void set(String name, MemorySegment object, boolean value) throws Throwable {
        nothing(name, ADDRESS, JAVA_BOOLEAN).invokeExact(object, value);
    }

    static void set(String name, MemorySegment object, long value) throws Throwable {
        nothing(name, ADDRESS, JAVA_LONG).invokeExact(object, value);
    }

    static void set(String name, MemorySegment object, int value) throws Throwable {
        nothing(name, ADDRESS, JAVA_INT).invokeExact(object, value);
    }

    static void set(String name, MemorySegment object, MemorySegment value) throws Throwable {
        nothing(name, ADDRESS, ADDRESS).invokeExact(object, value);
    }

    /** Takes the message of an error, or null for success, and deletes it. */
    static String message(MemorySegment error) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(VECTOR);
            ERROR_MESSAGE.invokeExact(error, text);
            return taken(text);
        } finally {
            ERROR_DELETE.invokeExact(error);
        }
    }

    /**
     * A trap's code and message.
     *
     * @param code -1 when the host caused it
     */
    record Trap(int code, String message) {}

    /** Takes a trap apart and deletes it. */
    static Trap trap(MemorySegment trap) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(JAVA_BYTE);
            boolean coded = (boolean) TRAP_CODE.invokeExact(trap, code);
            MemorySegment text = arena.allocate(VECTOR);
            TRAP_MESSAGE.invokeExact(trap, text);
            return new Trap(coded ? code.get(JAVA_BYTE, 0) : -1, taken(text));
        } finally {
            TRAP_DELETE.invokeExact(trap);
        }
    }

    private static String taken(MemorySegment vector) throws Throwable {
        return new String(takenBytes(vector), StandardCharsets.UTF_8).replace("\0", "");
    }

    /** The bytes of a {@code wasm_byte_vec_t}, which is deleted. */
    static byte[] takenBytes(MemorySegment vector) throws Throwable {
        long size = vector.get(JAVA_LONG, 0);
        byte[] bytes = vector.get(ADDRESS, 8).reinterpret(size).toArray(JAVA_BYTE);
        BYTES_DELETE.invokeExact(vector);
        return bytes;
    }

    static MemorySegment upcall(MethodHandle target, FunctionDescriptor type) {
        return LINKER.upcallStub(target, type, Arena.global());
    }
}
