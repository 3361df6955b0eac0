package dev.mayfly.sandbox.wasm.engine;

import dev.mayfly.sandbox.wasm.engine.wasi.GuestFunction;
import dev.mayfly.sandbox.wasm.engine.wasi.KeyValueFunction;
import dev.mayfly.sandbox.wasm.engine.wasi.WasiFunction;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a module asks for: read from its import, memory and export sections and no others.
 *
 * @param initialPages the size of the memory that it starts with; 0 without a memory
 */
record ModuleShape(long initialPages) {
    private static final int MAGIC = 0x6d736100;
    private static final int VERSION = 1;
    private static final int IMPORTS = 2;
    private static final int MEMORIES = 5;
    private static final int EXPORTS = 7;
    private static final String START = "_start";
    private static final Set<String> OFFERED = GuestFunction.all()
            .map(function -> function.module() + "." + function.importName())
            .collect(Collectors.toUnmodifiableSet());

    /** @throws RefusedException when the module cannot be run as a WASI command */
    static ModuleShape of(byte[] module) throws RefusedException {
        try {
            return read(ByteBuffer.wrap(module).order(ByteOrder.LITTLE_ENDIAN));
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new RefusedException(
                    "Runtime.UserCodeSyntaxError", "The file is not a valid WebAssembly module: it is cut off");
        }
    }

    private static ModuleShape read(ByteBuffer in) throws RefusedException {
        if (in.remaining() < 8 || in.getInt() != MAGIC || in.getInt() != VERSION) {
            throw new RefusedException(
                    "Runtime.UserCodeSyntaxError",
                    "The file is not a valid WebAssembly module (a component is not one: build for wasip1)");
        }
        long pages = 0;
        boolean starts = false;
        while (in.hasRemaining()) {
            int section = in.get();
            int length = number(in);
            ByteBuffer body = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            in.position(in.position() + length);
            switch (section) {
                case IMPORTS -> checkImports(body);
                case MEMORIES -> pages = number(body) == 0 ? 0 : initialPages(body);
                case EXPORTS -> starts = exportsStart(body);
                default -> {}
            }
        }
        if (!starts) {
            throw new RefusedException(
                    "Runtime.HandlerNotFound",
                    "The module exports no function " + START + ": build it as a WASI command, not as a library");
        }
        return new ModuleShape(pages);
    }

    private static void checkImports(ByteBuffer in) throws RefusedException {
        int count = number(in);
        for (int i = 0; i < count; i++) {
            String module = name(in);
            String name = name(in);
            if (in.get() != 0 || !OFFERED.contains(module + "." + name)) {
                throw new RefusedException(
                        "Runtime.ImportModuleError",
                        "The module imports %s.%s; only functions of %s and %s are offered"
                                .formatted(module, name, WasiFunction.MODULE, KeyValueFunction.MODULE));
            }
            number(in);
        }
    }

    private static long initialPages(ByteBuffer in) throws RefusedException {
        if ((in.get() & 0b110) != 0) {
            throw new RefusedException(
                    "Runtime.ImportModuleError", "The module has a shared or 64-bit memory, which is not offered");
        }
        return Integer.toUnsignedLong(number(in));
    }

    private static boolean exportsStart(ByteBuffer in) {
        int count = number(in);
        for (int i = 0; i < count; i++) {
            boolean start = name(in).equals(START);
            if (in.get() == 0 && start) {
                return true;
            }
            number(in);
        }
        return false;
    }

    private static String name(ByteBuffer in) {
        byte[] name = new byte[Math.min(number(in), in.remaining() + 1)];
        in.get(name);
        return new String(name, StandardCharsets.UTF_8);
    }

    /** An unsigned LEB128 of at most 32 bits. */
    private static int number(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return (int) value;
            }
        }
        throw new IllegalArgumentException("not a number");
    }
}
