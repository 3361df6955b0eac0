package dev.mayfly.sandbox.wasm.engine.wasi;

import java.util.Locale;
import java.util.stream.Stream;

/** A function that guests may import. */
public sealed interface GuestFunction permits WasiFunction, KeyValueFunction {
    /** The module that guests import it from. */
    String module();

    String name();

    /** The name that guests import it by. */
    default String importName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** One letter for each parameter: {@code i} is an i32, {@code I} an i64. */
    String parameters();

    /** Whether it returns an i32; else nothing. */
    boolean returns();

    /**
     * Does what the guest asks.
     *
     * @param arguments as many as {@link #parameters} says
     * @return an error number
     * @throws WasiProcess.ExitException and {@link StopSignal.StoppedException} and {@link
     *     LimitedOutput.LimitExceededException} when the guest ends with this call
     */
    int call(WasiProcess process, GuestMemory memory, long[] arguments);

    /** An argument that is an i32. */
    static int i(long[] arguments, int index) {
        return (int) arguments[index];
    }

    /** All of them. */
    static Stream<GuestFunction> all() {
        return Stream.concat(Stream.of(WasiFunction.values()), Stream.of(KeyValueFunction.values()));
    }
}
