package dev.mayfly.sandbox.wasm.engine;

import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.security.SecureRandom;
import java.util.Random;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.runtime.Memory;
import run.endive.runtime.WasmInterruptedException;
import run.endive.wasi.WasiExitException;
import run.endive.wasi.WasiOptions;
import run.endive.wasi.WasiPreview1;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.types.MemoryLimits;
import run.endive.wasm.types.MemorySection;

/** Runs modules, each call in an instance of its own, on the calling thread. Thread-safe. */
final class Guest {
    static final int MAX_OUTPUT_BYTES = 6 << 20;
    static final int MAX_LOG_BYTES = 1 << 20;

    private static final byte[] NOTHING = {};
    /** A guest that fails with this share of its memory in use is taken to have run out of it. */
    private static final double NEARLY_ALL = 0.9;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Random random = new SecureRandom();
    private final ScheduledThreadPoolExecutor deadlines;

    Guest() {
        deadlines = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("deadlines").factory());
        deadlines.setRemoveOnCancelPolicy(true);
    }

    /** Interrupts the guest's thread, at the deadline or earlier, and never after the guest has ended. */
    private static final class Deadline implements Runnable {
        private final Thread guest = Thread.currentThread();
        private boolean done;
        private boolean passed;

        @Override
        public synchronized void run() {
            if (!done) {
                passed = true;
                guest.interrupt();
            }
        }

        /** Whether it passed before the guest ended. The thread's interrupt is cleared. */
        synchronized boolean end() {
            done = true;
            return Thread.interrupted() || passed;
        }
    }

    /** @param running is told how to stop the guest early, then null when it has ended */
    GuestEnd run(Module module, GuestCall call, Consumer<@Nullable Runnable> running) {
        long cpuStart = THREADS.getCurrentThreadCpuTime();
        long start = System.nanoTime();
        var output = new LimitedOutput(MAX_OUTPUT_BYTES, true);
        var log = new LimitedOutput(MAX_LOG_BYTES, false);
        var deadline = new Deadline();
        var alarm = deadlines.schedule(deadline, call.timeoutNanos(), TimeUnit.NANOSECONDS);
        running.accept(deadline);
        var memory = new MemoryWatch();
        Ending ending;
        boolean late;
        try {
            ending = runToEnd(module, call, output, log, memory);
        } finally {
            running.accept(null);
            late = deadline.end();
            alarm.cancel(false);
        }
        if (late && ending.how != GuestEnd.How.EXIT) {
            ending = new Ending(GuestEnd.How.TIMEOUT, 0, "");
        } else if (ending.isFailure() && memory.pages() >= call.memoryPages() * NEARLY_ALL) {
            ending = new Ending(GuestEnd.How.MEMORY_EXHAUSTED, 0, ending.message);
        }
        return new GuestEnd(
                ending.how,
                ending.exitCode,
                ending.message,
                System.nanoTime() - start,
                THREADS.getCurrentThreadCpuTime() - cpuStart,
                (long) memory.pages() * Memory.PAGE_SIZE,
                ending.how == GuestEnd.How.EXIT ? output.bytes() : NOTHING,
                log.dropped() == 0 ? log.bytes() : noted(log));
    }

    private record Ending(GuestEnd.How how, int exitCode, String message) {
        boolean isFailure() {
            return how == GuestEnd.How.TRAP || (how == GuestEnd.How.EXIT && exitCode != 0);
        }
    }

    /** Remembers the instance's memory, so that its size is known however the guest ends. */
    private static final class MemoryWatch {
        private @Nullable Memory memory;

        int pages() {
            return memory == null ? 0 : memory.pages();
        }
    }

    private Ending runToEnd(Module module, GuestCall call, LimitedOutput output, LimitedOutput log, MemoryWatch watch) {
        var options = WasiOptions.builder()
                .withStdin(new ByteArrayInputStream(call.event()), false)
                .withStdout(output, false)
                .withStderr(log, false)
                .withArguments(call.arguments())
                .withRandom(random);
        call.environment().forEach(options::withEnvironment);
        try (var wasi = WasiPreview1.builder().withOptions(options.build()).build()) {
            var builder = Instance.builder(module.module())
                    .withMachineFactory(module.machines())
                    .withStart(false)
                    .withImportValues(ImportValues.builder()
                            .addFunction(wasi.toHostFunctions())
                            .build());
            var section = module.module().memorySection();
            if (section.isPresent() && section.get().memoryCount() > 0) {
                MemoryLimits wanted = limits(section.get());
                if (wanted.initialPages() > call.memoryPages()) {
                    return new Ending(
                            GuestEnd.How.MEMORY_EXHAUSTED, 0, "The module needs more memory to start than it may have");
                }
                builder.withMemoryLimits(
                        new MemoryLimits(wanted.initialPages(), Math.min(wanted.maximumPages(), call.memoryPages())));
            }
            Instance instance = builder.build();
            watch.memory = section.isPresent() ? instance.memory() : null;
            instance.export(Instance.START_FUNCTION_NAME).apply();
            return new Ending(GuestEnd.How.EXIT, 0, "");
        } catch (WasiExitException e) {
            return new Ending(GuestEnd.How.EXIT, e.exitCode(), "");
        } catch (WasmInterruptedException e) {
            return new Ending(GuestEnd.How.TRAP, 0, "interrupted");
        } catch (LimitedOutput.LimitExceededException e) {
            return new Ending(GuestEnd.How.OUTPUT_TOO_LARGE, 0, "");
        } catch (StackOverflowError e) {
            return new Ending(GuestEnd.How.STACK_EXHAUSTED, 0, "call stack exhausted");
        } catch (OutOfMemoryError e) {
            return new Ending(GuestEnd.How.ENGINE_FAILED, 0, "the engine's heap is exhausted");
        } catch (WasmEngineException | IndexOutOfBoundsException | ArithmeticException | ClassCastException e) {
            return new Ending(GuestEnd.How.TRAP, 0, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            return new Ending(GuestEnd.How.TRAP, 0, e.toString());
        }
    }

    private static MemoryLimits limits(MemorySection section) {
        return section.getMemory(0).limits();
    }

    private static byte[] noted(LimitedOutput log) {
        byte[] note = "\n[%d bytes of log dropped: an invocation may log %d]\n"
                .formatted(log.dropped(), MAX_LOG_BYTES)
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        byte[] kept = log.bytes();
        byte[] all = java.util.Arrays.copyOf(kept, kept.length + note.length);
        System.arraycopy(note, 0, all, kept.length, note.length);
        return all;
    }
}
