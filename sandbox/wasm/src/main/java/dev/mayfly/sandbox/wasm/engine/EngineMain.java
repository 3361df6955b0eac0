package dev.mayfly.sandbox.wasm.engine;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The engine process. It lives as long as its standard input is open, and ends itself when that closes.
 *
 * <p>{@code compile}: compiles one module that comes on standard input, answers on standard output, ends.
 * {@code run SOCKET}: reads a token of {@value #TOKEN_BYTES} bytes, then opens one connection to {@code SOCKET} for each
 * further byte; each connection runs one guest at a time on a thread of its own.
 */
public final class EngineMain {
    /** Length of the token that tells the host's own engine from anything else that connects. */
    public static final int TOKEN_BYTES = 32;

    /** A deep but bounded stack: a guest that recurses without end must not take the process along. */
    private static final long GUEST_STACK_BYTES = 8L << 20;

    private static final long MODULES_WEIGHT = 256L << 20;
    private static final Duration MODULE_IDLE = Duration.ofMinutes(30);
    private static final int DIGEST_CHARACTERS = 64;

    private final Guest guest = new Guest();
    private final Cache<String, Module> modules = Caffeine.newBuilder()
            .maximumWeight(MODULES_WEIGHT)
            .weigher((String digest, Module module) -> module.weight())
            .expireAfterAccess(MODULE_IDLE)
            .build();
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
        InputStream control = System.in;
        byte[] token = control.readNBytes(TOKEN_BYTES);
        var engine = new EngineMain(host, token);
        while (control.read() >= 0) {
            new Thread(null, engine::connection, "guest", GUEST_STACK_BYTES).start();
        }
        Runtime.getRuntime().halt(0);
    }

    private void connection() {
        try (var channel = SocketChannel.open(host)) {
            var wire = new Wire(channel);
            wire.send(Wire.Kind.HELLO, token);
            while (true) {
                answer(wire, wire.receive());
            }
        } catch (EOFException e) {
            // The host closes connections that it needs no more.
        } catch (IOException e) {
            System.err.println("A connection to the host broke: " + e);
        }
    }

    private void answer(Wire wire, Wire.Message message) throws IOException {
        switch (message.kind()) {
            case LOAD -> load(wire, message.body());
            case INVOKE -> invoke(wire, GuestCall.read(message.body()));
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

    private void invoke(Wire wire, GuestCall call) throws IOException {
        @Nullable Module module = modules.getIfPresent(call.digest());
        if (module == null) {
            wire.send(Wire.Kind.UNKNOWN_MODULE);
            return;
        }
        GuestEnd end = guest.run(module, call);
        wire.send(Wire.Kind.DONE, end.head(), end.log(), end.output());
    }

    private static void refuse(Wire wire, Module.RefusedException refused) throws IOException {
        String why = refused.errorType() + "\n" + refused.getMessage();
        wire.send(Wire.Kind.REFUSED, why.getBytes(StandardCharsets.UTF_8));
    }
}
