package dev.mayfly.sandbox.wasm.engine;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
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
 * {@code run SOCKET}: reads a token of {@value #TOKEN_BYTES} bytes, then orders of a byte and a number: to open the
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

    /** A deep but bounded stack: a guest that recurses without end must not take the process along. */
    private static final long GUEST_STACK_BYTES = 8L << 20;

    private static final long MODULES_WEIGHT = 256L << 20;
    private static final Duration MODULE_IDLE = Duration.ofMinutes(30);
    private static final int DIGEST_CHARACTERS = 64;

    private final Guest guest = new Guest();
    private final ConcurrentHashMap<Integer, Runnable> running = new ConcurrentHashMap<>();
    private final Cache<String, Module> modules = Caffeine.newBuilder()
            .maximumWeight(MODULES_WEIGHT)
            .weigher((String digest, Module module) -> module.weight())
            .expireAfterAccess(MODULE_IDLE)
            .build();
    private final Set<Integer> stopped = ConcurrentHashMap.newKeySet();
    private final UnixDomainSocketAddress host;
    private final byte[] token;

    private EngineMain(UnixDomainSocketAddress host, byte[] token) {
        this.host = host;
        this.token = token;
    }

    public static void main(String[] arguments) throws IOException {
        SystemCallFilter.install();
        if (arguments[0].equals("compile")) {
            compileOne();
        } else {
            serve(UnixDomainSocketAddress.of(arguments[1]));
        }
    }

    private static void compileOne() throws IOException {
        var wire = new Wire(standardStreams());
        byte[] bytes = wire.receive().body();
        Thread.ofPlatform().daemon().start(EngineMain::endWithInput);
        try {
            wire.send(Wire.Kind.COMPILED, Module.compile(bytes));
        } catch (Module.RefusedException e) {
            refuse(wire, e);
        } catch (OutOfMemoryError | StackOverflowError e) {
            refuse(
                    wire,
                    new Module.RefusedException(
                            "Runtime.ImportModuleError", "The module is too large to be compiled here"));
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

    private static void serve(UnixDomainSocketAddress host) throws IOException {
        var control = new DataInputStream(System.in);
        byte[] token = control.readNBytes(TOKEN_BYTES);
        var engine = new EngineMain(host, token);
        int order;
        while ((order = control.read()) >= 0) {
            int number = control.readInt();
            if (order == OPEN) {
                new Thread(null, () -> engine.connection(number), "guest-" + number, GUEST_STACK_BYTES).start();
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
                answer(wire, number, wire.receive());
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
            modules.put(new String(digest, StandardCharsets.US_ASCII), Module.load(module, compiled));
            wire.send(Wire.Kind.LOADED);
        } catch (Module.RefusedException e) {
            refuse(wire, e);
        }
    }

    private void invoke(Wire wire, int number, GuestCall call) throws IOException {
        @Nullable Module module = modules.getIfPresent(call.digest());
        if (module == null) {
            wire.send(Wire.Kind.UNKNOWN_MODULE);
            return;
        }
        GuestEnd end = guest.run(module, call, stop -> {
            if (stop == null) {
                running.remove(number);
            } else {
                running.put(number, stop);
                if (stopped.contains(number)) {
                    stop.run();
                }
            }
        });
        wire.send(Wire.Kind.DONE, end.head(), end.log(), end.output());
    }

    private static void refuse(Wire wire, Module.RefusedException refused) throws IOException {
        String why = refused.errorType() + "\n" + refused.getMessage();
        wire.send(Wire.Kind.REFUSED, why.getBytes(StandardCharsets.UTF_8));
    }
}
