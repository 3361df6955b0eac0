package dev.mayfly.sandbox.wasm.engine;

import dev.mayfly.sandbox.wasm.engine.wasi.FileTree;
import dev.mayfly.sandbox.wasm.engine.wasi.HostLine;
import dev.mayfly.sandbox.wasm.engine.wasi.LimitedOutput;
import dev.mayfly.sandbox.wasm.engine.wasi.StopSignal;
import dev.mayfly.sandbox.wasm.engine.wasi.Storage;
import dev.mayfly.sandbox.wasm.engine.wasi.WasiProcess;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs programs, each call in an instance of its own, on the calling {@link GuestThread}. Thread-safe. */
final class Guest {
    private static final int MAX_OUTPUT_BYTES = 6 << 20;
    private static final int MAX_LOG_BYTES = 1 << 20;
    private static final int PAGE_BYTES = 64 << 10;
    /** 1,769 MB of memory come with one whole processor. */
    private static final double PAGES_OF_ONE_CORE = 16 * 1769.0;

    private static final byte[] NOTHING = {};
    /** A guest that fails with this share of its memory in use is taken to have run out of it. */
    private static final double NEARLY_ALL = 0.9;

    private final Deadlines deadlines;
    private final Storage storage;

    Guest(ModuleEngine engine, Storage storage) {
        this.deadlines = new Deadlines(engine::tick);
        this.storage = storage;
    }

    /**
     * @param host answers what guests ask for
     * @param running is told how to stop the guest early, then null when it has ended
     */
    GuestEnd run(
            ModuleEngine.Program program,
            FileTree files,
            GuestCall call,
            HostLine host,
            Consumer<@Nullable Runnable> running) {
        var armed = deadlines.arm(call.timeoutNanos(), call.memoryPages() / PAGES_OF_ONE_CORE);
        StopSignal stop = armed.stop;
        var output = new LimitedOutput(MAX_OUTPUT_BYTES, true);
        var log = new LimitedOutput(MAX_LOG_BYTES, false);
        running.accept(stop::stop);
        Ending ending;
        boolean late;
        var process = new WasiProcess(
                call.arguments(),
                call.environment(),
                call.event(),
                output,
                log,
                files,
                storage,
                call.tmpBytes(),
                stop,
                host,
                call.volume());
        var run = new ModuleEngine.Run(process, stop, call.memoryPages());
        GuestThread thread = GuestThread.current();
        thread.run = run;
        try (process) {
            ending = runToEnd(program, run);
        } finally {
            thread.run = null;
            running.accept(null);
            late = stop.end();
            armed.close();
        }
        if (late && ending.how != GuestEnd.How.EXIT) {
            ending = new Ending(GuestEnd.How.TIMEOUT, 0, "");
        } else if (ending.isFailure() && run.pages >= call.memoryPages() * NEARLY_ALL) {
            ending = new Ending(GuestEnd.How.MEMORY_EXHAUSTED, 0, ending.message);
        }
        return new GuestEnd(
                ending.how,
                ending.exitCode,
                ending.message,
                System.nanoTime() - armed.start,
                armed.cpuNanos(),
                run.pages * PAGE_BYTES,
                ending.how == GuestEnd.How.EXIT ? output.bytes() : NOTHING,
                log.bytes());
    }

    private record Ending(GuestEnd.How how, int exitCode, String message) {
        boolean isFailure() {
            return how == GuestEnd.How.TRAP || (how == GuestEnd.How.EXIT && exitCode != 0);
        }
    }

    private static Ending runToEnd(ModuleEngine.Program program, ModuleEngine.Run run) {
        try {
            program.run(run);
            return new Ending(GuestEnd.How.EXIT, 0, "");
        } catch (WasiProcess.ExitException e) {
            return new Ending(GuestEnd.How.EXIT, e.code(), "");
        } catch (LimitedOutput.LimitExceededException e) {
            return new Ending(GuestEnd.How.OUTPUT_TOO_LARGE, 0, "");
        } catch (ModuleEngine.TrapException e) {
            return new Ending(e.how(), 0, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            return new Ending(GuestEnd.How.TRAP, 0, e.toString());
        }
    }
}
