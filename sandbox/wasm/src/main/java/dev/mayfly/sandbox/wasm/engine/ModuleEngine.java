package dev.mayfly.sandbox.wasm.engine;

import dev.mayfly.sandbox.wasm.engine.wasi.LimitedOutput;
import dev.mayfly.sandbox.wasm.engine.wasi.StopSignal;
import dev.mayfly.sandbox.wasm.engine.wasi.WasiProcess;

/** What compiles modules and runs them. Thread-safe. */
sealed interface ModuleEngine permits EndiveEngine, WasmtimeEngine {
    /** @throws RefusedException when the module is not valid, or uses what is not offered */
    byte[] compile(byte[] module, ModuleShape shape) throws RefusedException;

    /**
     * Makes a module ready to run.
     *
     * @param compiled what {@link #compile} made of it
     * @throws RefusedException when {@code compiled} is of another version or machine
     */
    Program load(byte[] module, byte[] compiled) throws RefusedException;

    /** Called every few milliseconds while guests run. */
    void tick();

    /** A compiled module. */
    interface Program {
        /** About the bytes that it takes while it is kept. */
        int weight();

        /** Keeps it until {@link #release}. False when it is gone already. */
        boolean use();

        /** Ends a use, or, without one, that it is kept at all; it is freed when nothing is left of both. */
        void release();

        /**
         * Runs {@code _start} in a fresh instance, on the calling thread, to its end.
         *
         * @throws TrapException when the guest did what it must not
         * @throws WasiProcess.ExitException when it called {@code proc_exit}
         * @throws StopSignal.StoppedException when it was stopped
         * @throws LimitedOutput.LimitExceededException when it wrote more than it may
         */
        void run(Run run) throws TrapException;
    }

    /** One run of a module. Used by the guest's thread alone. */
    final class Run {
        final WasiProcess process;
        final StopSignal stop;
        final int maxPages;
        /** Size of the memory at the end, in pages of 64 KiB. */
        long pages;

        Run(WasiProcess process, StopSignal stop, int maxPages) {
            this.process = process;
            this.stop = stop;
            this.maxPages = maxPages;
        }
    }

    /** A guest was ended by the engine. */
    final class TrapException extends Exception {
        private static final long serialVersionUID = 1L;
        private final GuestEnd.How how;

        TrapException(GuestEnd.How how, String message) {
            super(message, null, false, false);
            this.how = how;
        }

        GuestEnd.How how() {
            return how;
        }
    }
}
