package dev.mayfly.sandbox.wasm.engine;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.mayfly.sandbox.wasm.engine.wasi.FileTree;
import dev.mayfly.sandbox.wasm.engine.wasi.Storage;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The engine process. It lives as long as its standard input is open, and ends itself when that closes.
 *
 * <p>{@code compile}: compiles one module that comes on standard input, answers on standard output, ends.
 * {@code run SOCKET TMP MODULES FILES} (the last three in MiB: what all {@code /tmp} may hold, and the caches of modules
 * and of functions' files): reads a token of {@value #TOKEN_BYTES} bytes, then orders of a byte and a number: to open the
 * connection of that number to {@code SOCKET}, which runs one guest at a time on a thread of its own, or to stop the guest
 * that runs there.
 */
public final class EngineMain {
    /** Length of the token that tells the host's own engine from anything else that connects. */
    public static final int TOKEN_BYTES = 32;

    /** The order to open a connection. */
    public static final byte OPEN = '+';

    /** The order to stop what runs on a connection. */
    public static final byte STOP = '-';

    /** The error type of a compiled form that another version or machine made: compile it again. */
    public static final String STALE = "Sandbox.StaleModule";

    private static final Duration UNUSED = Duration.ofMinutes(30);
    private static final int DIGEST_CHARACTERS = 64;

    private final ModuleEngine moduleEngine;
    private final Guest guest;
    private final ConcurrentHashMap<Integer, Runnable> running = new ConcurrentHashMap<>();
    private final Cache<String, ModuleEngine.Program> modules;
    private final Cache<String, FileTree> files;
    private final Set<Integer> stopped = ConcurrentHashMap.newKeySet();
    private final UnixDomainSocketAddress host;
    private final byte[] token;

    private EngineMain(ModuleEngine moduleEngine, String[] arguments, byte[] token) {
        this.moduleEngine = moduleEngine;
        this.host = UnixDomainSocketAddress.of(arguments[1]);
        this.token = token;
        this.guest = new Guest(moduleEngine, new Storage(mebibytes(arguments[2])));
        this.modules = Caffeine.newBuilder()
                .maximumWeight(mebibytes(arguments[3]))
                .weigher((String digest, ModuleEngine.Program program) -> bounded(program.weight(), arguments[3]))
                .expireAfterAccess(UNUSED)
                .executor(Runnable::run)
                .removalListener(
                        (@Nullable String digest, ModuleEngine.@Nullable Program program, RemovalCause why) -> {
                            if (program != null) {
                                program.release();
                            }
                        })
                .build();
        this.files = Caffeine.newBuilder()
                .maximumWeight(mebibytes(arguments[4]))
                .weigher((String name, FileTree tree) -> bounded(tree.weight(), arguments[4]))
                .expireAfterAccess(UNUSED)
                .build();
    }

    /** The largest is kept too, as if it were a quarter of all. */
    private static int bounded(int weight, String mebibytes) {
        return (int) Math.min(weight, mebibytes(mebibytes) / 4);
    }

    private static long mebibytes(String number) {
        return Long.parseLong(number) << 20;
    }

    public static void main(String[] arguments) throws IOException {
        SystemCallFilter.install();
        if (arguments[0].equals("compile")) {
            compileOne();
        } else {
            serve(arguments);
        }
    }

    private static ModuleEngine moduleEngine() throws IOException {
        return System.getProperty(Wasmtime.LIBRARY, "").isEmpty()
                ? new EndiveEngine()
                : SelfTest.passed(new WasmtimeEngine());
    }

    private static void compileOne() throws IOException {
        var wire = new Wire(standardStreams());
        byte[] bytes = wire.receive().body();
        Thread.ofPlatform().daemon().start(EngineMain::endWithInput);
        try {
            wire.send(Wire.Kind.COMPILED, moduleEngine().compile(bytes, ModuleShape.of(bytes)));
        } catch (RefusedException e) {
            refuse(wire, e);
        } catch (OutOfMemoryError | StackOverflowError e) {
            refuse(
                    wire,
                    new RefusedException("Runtime.ImportModuleError", "The module is too large to be compiled here"));
        }
    }

    /** Ends the process as soon as the host is gone. */
    private static void endWithInput() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            Runtime.getRuntime().halt(1);
        }
        Runtime.getRuntime().halt(0);
    }

    private static ByteChannel standardStreams() {
        var in = Channels.newChannel(System.in);
        var out = Channels.newChannel(System.out);
        return new ByteChannel() {
            @Override
            public int read(ByteBuffer to) throws IOException {
                return in.read(to);
            }

            @Override
            public int write(ByteBuffer from) throws IOException {
                int written = out.write(from);
                System.out.flush();
                return written;
            }

            @Override
            public boolean isOpen() {
                return in.isOpen();
            }

            @Override
            public void close() throws IOException {
                in.close();
                out.close();
            }
        };
    }

    private static void serve(String[] arguments) throws IOException {
        var control = new DataInputStream(System.in);
        byte[] token = control.readNBytes(TOKEN_BYTES);
        var engine = new EngineMain(moduleEngine(), arguments, token);
        int order;
        while ((order = control.read()) >= 0) {
            int number = control.readInt();
            if (order == OPEN) {
                new GuestThread(() -> engine.connection(number), "guest-" + number).start();
            } else {
                engine.stop(number);
            }
        }
        Runtime.getRuntime().halt(0);
    }

    /** The order that opens (or stops) the connection {@code number}. */
    public static byte[] order(byte what, int number) {
        return ByteBuffer.allocate(5).put(what).putInt(number).array();
    }

    /** Stops the guest that runs on a connection, or that is about to. */
    private void stop(int number) {
        stopped.add(number);
        @Nullable Runnable guestsEnd = running.get(number);
        if (guestsEnd != null) {
            guestsEnd.run();
        }
    }

    private void connection(int number) {
        try (var channel = SocketChannel.open(host)) {
            var wire = new Wire(channel);
            wire.send(
                    Wire.Kind.HELLO,
                    token,
                    ByteBuffer.allocate(4).putInt(number).array());
            while (true) {
                Wire.Message message = wire.receive();
                wire.working(true);
                try {
                    answer(wire, number, message);
                } finally {
                    wire.working(false);
                }
            }
        } catch (EOFException | ClosedByInterruptException e) {
            // The host closes connections that it needs no more.
        } catch (IOException e) {
            System.err.println("A connection to the host broke: " + e);
        } finally {
            stopped.remove(number);
        }
    }

    private void answer(Wire wire, int number, Wire.Message message) throws IOException {
        switch (message.kind()) {
            case LOAD -> load(wire, message.body());
            case FILES -> files(wire, message.body());
            case INVOKE -> invoke(wire, number, GuestCall.read(message.body()));
            default -> throw new IOException("Not a request: " + message.kind());
        }
    }

    /** The message that {@link #load} reads: digest, length of the module, module, compiled form. */
    public static byte[] loadHead(String digest, byte[] module) {
        return ByteBuffer.allocate(DIGEST_CHARACTERS + 4)
                .put(digest.getBytes(StandardCharsets.US_ASCII))
                .putInt(module.length)
                .array();
    }

    private void load(Wire wire, byte[] body) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(body);
        byte[] digest = new byte[DIGEST_CHARACTERS];
        in.get(digest);
        byte[] module = new byte[in.getInt()];
        in.get(module);
        byte[] compiled = new byte[in.remaining()];
        in.get(compiled);
        try {
            modules.put(new String(digest, StandardCharsets.US_ASCII), moduleEngine.load(module, compiled));
            wire.send(Wire.Kind.LOADED);
        } catch (RefusedException e) {
            refuse(wire, e);
        }
    }

    /** The message that {@link #files} reads: the name of the tree, and it. */
    public static byte[] filesHead(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + text.length)
                .putInt(text.length)
                .put(text)
                .array();
    }

    private void files(Wire wire, byte[] body) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(body);
        byte[] name = new byte[in.getInt()];
        in.get(name);
        files.put(new String(name, StandardCharsets.UTF_8), FileTree.read(in));
        wire.send(Wire.Kind.LOADED);
    }

    private void invoke(Wire wire, int number, GuestCall call) throws IOException {
        @Nullable FileTree tree = call.files().isEmpty() ? FileTree.EMPTY : files.getIfPresent(call.files());
        if (tree == null) {
            wire.send(Wire.Kind.UNKNOWN_FILES);
            return;
        }
        ModuleEngine.@Nullable Program program = modules.getIfPresent(call.digest());
        if (program == null || !program.use()) {
            wire.send(Wire.Kind.UNKNOWN_MODULE);
            return;
        }
        GuestEnd end;
        try {
            end = run(program, tree, number, call, wire);
        } finally {
            program.release();
        }
        wire.send(Wire.Kind.DONE, end.head(), end.log(), end.output());
    }

    private GuestEnd run(ModuleEngine.Program program, FileTree tree, int number, GuestCall call, Wire wire) {
        return guest.run(program, tree, call, request -> ask(wire, request), stop -> {
            if (stop == null) {
                running.remove(number);
            } else {
                running.put(number, stop);
                if (stopped.contains(number)) {
                    stop.run();
                }
            }
        });
    }

    private static byte[] ask(Wire wire, byte[] request) {
        try {
            wire.send(Wire.Kind.ASK, request);
            Wire.Message answer = wire.receive();
            if (answer.kind() != Wire.Kind.TOLD || answer.body().length == 0) {
                throw new IOException("Not an answer: " + answer.kind());
            }
            return answer.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void refuse(Wire wire, RefusedException refused) throws IOException {
        String why = refused.errorType() + "\n" + refused.getMessage();
        wire.send(Wire.Kind.REFUSED, why.getBytes(StandardCharsets.UTF_8));
    }
}
