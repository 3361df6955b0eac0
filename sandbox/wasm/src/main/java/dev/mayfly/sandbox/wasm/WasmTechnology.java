package dev.mayfly.sandbox.wasm;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.sandbox.api.Availability;
import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import dev.mayfly.sandbox.api.SandboxTechnology;
import dev.mayfly.sandbox.wasm.engine.EngineMain;
import dev.mayfly.sandbox.wasm.engine.GuestCall;
import dev.mayfly.sandbox.wasm.engine.GuestEnd;
import dev.mayfly.sandbox.wasm.engine.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * WebAssembly with WASI preview 1, under Wasmtime where its library is found and else under Endive. A sandbox is a handle to a compiled module: each invocation gets a fresh
 * instance in the engine process, with the event on standard input, and answers on standard output.
 */
public final class WasmTechnology implements SandboxTechnology {
    /** The one runtime of this tier. */
    public static final String RUNTIME = "wasm32-wasip1";

    private static final Logger log = LoggerFactory.getLogger(WasmTechnology.class);

    /** A guest that is still running so long after its deadline has broken the engine's own deadline. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private static final int MAX_KNOWN_CODES = 100_000;
    /** A module and files may each be missing, and be pushed out again by others in between. */
    private static final int MAX_LOADS = 8;

    private static final String FASTER = "; faster with Wasmtime's C library: unpack the wasmtime wheel (pip download "
            + "--no-deps wasmtime) and set " + EngineKind.VARIABLE + " to its _libwasmtime.so";

    private final WasmSettings settings;
    private final Cache<String, CompletableFuture<Prepared>> prepared =
            Caffeine.newBuilder().maximumSize(MAX_KNOWN_CODES).build();
    private final Set<WasmSandbox> sandboxes = ConcurrentHashMap.newKeySet();
    private final Set<Overdue> inFlight = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("wasm-watch").factory());
    private final KeyValueStores keyValue;
    private volatile @Nullable Engine engine;
    private volatile Setup setup;
    private boolean started;
    private boolean closed;

    /** An engine with what belongs to it. */
    private record Setup(EngineKind kind, EngineLauncher launcher, ModuleStore store, String remark) {
        static Setup of(WasmSettings settings, EngineKind kind, String remark) {
            var launcher = new EngineLauncher(settings, kind);
            return new Setup(kind, launcher, new ModuleStore(settings, launcher, kind), remark);
        }
    }

    /**
     * A code that can run.
     *
     * @param module digest of its module
     * @param files name of its other files, see {@link CodeFiles}
     */
    record Prepared(String module, String files) {}

    private record Overdue(Engine engine, long at) {}

    /** One whose guests have no stores of keys and values. */
    public WasmTechnology(WasmSettings settings) {
        this(settings, KeyValueStores.NONE);
    }

    public WasmTechnology(WasmSettings settings, KeyValueStores keyValue) {
        this.settings = settings;
        this.keyValue = keyValue;
        this.setup = Setup.of(settings, EngineKind.of(settings.wasmtime()), settings.wasmtime() == null ? FASTER : "");
        watch.scheduleWithFixedDelay(this::endOverdue, 1, 1, TimeUnit.SECONDS);
    }

    @Override
    public Isolation isolation() {
        return Isolation.WASM;
    }

    @Override
    public Availability check() {
        try {
            engine();
            return Availability.yes(setup.kind.description() + ", in a process of its own" + setup.remark);
        } catch (IOException | UncheckedIOException e) {
            return Availability.no(e.getMessage() + " (needed: util-linux's unshare and setpriv; root, or unprivileged "
                    + "user namespaces; a JDK that every user may read)");
        }
    }

    @Override
    public List<String> runtimes() {
        return check().available() ? List.of(RUNTIME) : List.of();
    }

    @Override
    public void recover() {
        Engine current = engine;
        if (current != null && current.isAlive()) {
            return;
        }
        for (ProcessHandle left : EngineLauncher.running(settings.folder())) {
            log.info("Ending process {} of an earlier host", left.pid());
            left.destroyForcibly();
            left.onExit()
                    .orTimeout(5, TimeUnit.SECONDS)
                    .exceptionally(late -> left)
                    .join();
        }
        Path sockets = settings.folder().resolve("socket");
        if (!Files.isDirectory(sockets)) {
            return;
        }
        try (var left = Files.list(sockets)) {
            for (Path socket : left.toList()) {
                Files.deleteIfExists(socket);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("An old engine's socket cannot be removed", e);
        }
    }

    private Engine engine() throws IOException {
        Engine current = engine;
        if (current != null && current.isAlive()) {
            return current;
        }
        synchronized (this) {
            current = engine;
            if (current == null || !current.isAlive()) {
                if (closed) {
                    throw new IOException("closed");
                }
                current = start();
                engine = current;
            }
            return current;
        }
    }

    private Engine start() throws IOException {
        try {
            return Engine.start(setup.launcher, settings.folder(), settings.startTimeout());
        } catch (IOException e) {
            if (setup.kind.library() == null || started) {
                throw e;
            }
            log.warn("{} does not work here, Endive is used: {}", setup.kind.description(), e.toString());
            setup = Setup.of(
                    settings, EngineKind.ENDIVE, "; " + setup.kind.description() + " does not work: " + e.getMessage());
            return Engine.start(setup.launcher, settings.folder(), settings.startTimeout());
        } finally {
            started = true;
        }
    }

    @Override
    public void prepare(FunctionCode code) throws SandboxStartException {
        try {
            prepared(code);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SandboxStartException.platform("Interrupted while the module was compiled", e);
        }
    }

    /** What is known of a code whose module is compiled when this returns. Each is compiled once. */
    private Prepared prepared(FunctionCode code) throws SandboxStartException, InterruptedException {
        String key = code.sha256() + "/" + code.handler();
        var mine = new CompletableFuture<Prepared>();
        var known = prepared.asMap().putIfAbsent(key, mine);
        if (known != null) {
            try {
                return known.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof SandboxStartException failure) {
                    throw failure;
                }
                throw e;
            }
        }
        try {
            engineForSure();
            ModuleStore store = setup.store;
            byte[] module = store.module(code);
            String digest = ModuleStore.digest(module);
            String files = store.filesName(code);
            store.compiled(digest, module);
            var made = new Prepared(digest, files);
            mine.complete(made);
            return made;
        } catch (SandboxStartException | InterruptedException | RuntimeException e) {
            prepared.invalidate(key);
            mine.completeExceptionally(e);
            throw e;
        }
    }

    private Engine engineForSure() throws SandboxStartException {
        try {
            return engine();
        } catch (IOException e) {
            throw SandboxStartException.platform("The WebAssembly engine does not run: " + e.getMessage(), e);
        }
    }

    @Override
    public Sandbox start(SandboxSpec spec) throws SandboxStartException, InterruptedException {
        long start = System.nanoTime();
        Prepared code = prepared(spec.code());
        engineForSure();
        var sandbox = new WasmSandbox(this, spec, code, Duration.ofNanos(System.nanoTime() - start));
        sandboxes.add(sandbox);
        return sandbox;
    }

    void ended(WasmSandbox sandbox) {
        sandboxes.remove(sandbox);
    }

    /**
     * Runs one guest.
     *
     * @param host answers what the guest asks
     * @param stop is given what stops it early: the call then fails
     * @throws IOException when it was stopped, or the engine died, or is not what it should be
     */
    GuestEnd run(FunctionCode code, GuestCall call, HostAnswers host, Consumer<Runnable> stop)
            throws IOException, SandboxStartException, InterruptedException {
        Engine current = engine();
        Engine.Connection connection = current.take();
        Wire wire = connection.wire();
        boolean whole = false;
        wire.working(true);
        var overdue = new Overdue(current, System.nanoTime() + call.timeoutNanos() + GRACE.toNanos());
        inFlight.add(overdue);
        var stopped = new AtomicBoolean();
        stop.accept(() -> {
            stopped.set(true);
            current.stop(connection);
        });
        try {
            Wire.Message answer = ask(wire, call, host);
            for (int tries = 0; tries < MAX_LOADS && answer.kind() != Wire.Kind.DONE; tries++) {
                switch (answer.kind()) {
                    case UNKNOWN_MODULE -> load(wire, code, call.digest());
                    case UNKNOWN_FILES -> {
                        wire.send(Wire.Kind.FILES, EngineMain.filesHead(call.files()), setup.store.files(code));
                        expectLoaded(wire.receive());
                    }
                    default -> throw new IOException("The engine answered " + answer.kind());
                }
                answer = ask(wire, call, host);
            }
            if (answer.kind() != Wire.Kind.DONE) {
                throw new IOException("The engine answered " + answer.kind());
            }
            GuestEnd end = GuestEnd.read(answer.body());
            whole = true;
            return end;
        } finally {
            wire.working(false);
            stop.accept(() -> {});
            inFlight.remove(overdue);
            if (whole && !stopped.get()) {
                current.give(connection);
            } else {
                current.stop(connection);
            }
        }
    }

    private static Wire.Message ask(Wire wire, GuestCall call, HostAnswers host)
            throws IOException, InterruptedException {
        wire.send(Wire.Kind.INVOKE, call.head(), call.event());
        Wire.Message answer = wire.receive();
        while (answer.kind() == Wire.Kind.ASK) {
            wire.send(Wire.Kind.TOLD, host.answer(answer.body()));
            answer = wire.receive();
        }
        return answer;
    }

    KeyValueStores keyValue() {
        return keyValue;
    }

    private void load(Wire wire, FunctionCode code, String digest)
            throws IOException, SandboxStartException, InterruptedException {
        byte[] module = setup.store.module(code);
        if (!ModuleStore.digest(module).equals(digest)) {
            throw new IOException("The module's file has changed since it was compiled");
        }
        ModuleStore store = setup.store;
        wire.send(Wire.Kind.LOAD, EngineMain.loadHead(digest, module), module, store.compiled(digest, module));
        Wire.Message answer = wire.receive();
        if (ModuleStore.isStale(answer)) {
            store.discard(digest);
            wire.send(Wire.Kind.LOAD, EngineMain.loadHead(digest, module), module, store.compiled(digest, module));
            answer = wire.receive();
        }
        expectLoaded(answer);
    }

    private static void expectLoaded(Wire.Message answer) throws SandboxStartException {
        if (answer.kind() != Wire.Kind.LOADED) {
            throw ModuleStore.refused(answer, 0);
        }
    }

    private void endOverdue() {
        long now = System.nanoTime();
        for (Overdue one : inFlight) {
            if (now - one.at() > 0 && one.engine().isAlive()) {
                log.warn("A guest did not stop at its deadline: the engine process is replaced");
                one.engine().close();
            }
        }
    }

    /** For tests: the engine's process, when it runs. */
    @Nullable
    Engine current() {
        return engine;
    }

    Path folder() {
        return settings.folder();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        watch.shutdownNow();
        sandboxes.forEach(WasmSandbox::close);
        Engine current = engine;
        if (current != null) {
            current.close();
        }
    }
}
