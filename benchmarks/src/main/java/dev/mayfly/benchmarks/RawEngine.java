package dev.mayfly.benchmarks;

/** A WebAssembly engine without Mayfly, with a compiled module. */
interface RawEngine extends AutoCloseable {
    /** Makes an instance, runs it to its end with {@code event} as its standard input, and drops it. */
    byte[] run(byte[] event) throws Exception;

    /** Makes an instance and drops it. */
    void instantiate() throws Exception;

    @Override
    default void close() {}
}
