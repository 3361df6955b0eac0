package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.SandboxStartException;
import dev.mayfly.sandbox.wasm.engine.EngineMain;
import dev.mayfly.sandbox.wasm.engine.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Compiled modules on disk, by the module's digest. Only a process that never runs a guest, and that sees one module in
 * its life, makes them; only the host writes them; so no guest can alter what another one runs.
 */
final class ModuleStore {
    private static final String FOLDER = "modules";

    private final WasmSettings settings;
    private final EngineLauncher launcher;
    private final Path folder;

    ModuleStore(WasmSettings settings, EngineLauncher launcher, EngineKind kind) {
        this.settings = settings;
        this.launcher = launcher;
        this.folder = settings.folder().resolve(FOLDER).resolve(kind.format());
    }

    /** The module that {@code code} names by its handler. */
    byte[] module(FunctionCode code) throws SandboxStartException {
        try {
            Path file = file(code);
            if (Files.size(file) > settings.maxModuleBytes()) {
                throw SandboxStartException.function(
                        "Runtime.ImportModuleError",
                        "The module has %d bytes; at most %d are allowed"
                                .formatted(Files.size(file), settings.maxModuleBytes()),
                        0);
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw SandboxStartException.platform("The module cannot be read", e);
        }
    }

    /** The function's own files, for the engine; see {@link CodeFiles}. */
    byte[] files(FunctionCode code) throws IOException, SandboxStartException {
        return CodeFiles.read(code, file(code));
    }

    /** The name of those files, or empty when there is none. */
    String filesName(FunctionCode code) throws SandboxStartException {
        try {
            return CodeFiles.name(code, file(code), (long) settings.codeFilesMb() << 20);
        } catch (IOException e) {
            throw SandboxStartException.platform("The function's files cannot be read", e);
        }
    }

    private static Path file(FunctionCode code) throws IOException, SandboxStartException {
        long start = System.nanoTime();
        Path file = find(code);
        if (file == null) {
            throw SandboxStartException.function(
                    "Runtime.ImportModuleError",
                    "The code has no file " + code.handler() + "; the handler is the module's path in the zip",
                    System.nanoTime() - start);
        }
        return file;
    }

    private static @Nullable Path find(FunctionCode code) throws IOException {
        Path root = code.directory().toRealPath();
        for (String name : List.of(code.handler(), code.handler() + ".wasm")) {
            Path file = root.resolve(name).normalize();
            if (file.startsWith(root)
                    && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && file.toRealPath().startsWith(root)) {
                return file;
            }
        }
        return null;
    }

    static String digest(byte[] module) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(module));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java runtime has no SHA-256", e);
        }
    }

    /** The module in its compiled form; compiled now when it never was. */
    byte[] compiled(String digest, byte[] module) throws SandboxStartException, InterruptedException {
        Path file = folder.resolve(digest);
        try {
            if (Files.exists(file)) {
                byte[] compiled = Files.readAllBytes(file);
                Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
                return compiled;
            }
            byte[] compiled = compile(module);
            Files.createDirectories(folder);
            Path part = Files.createTempFile(folder, "part-", "");
            Files.write(part, compiled);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            sweep();
            return compiled;
        } catch (IOException e) {
            throw SandboxStartException.platform("The module cannot be compiled: " + e.getMessage(), e);
        }
    }

    /** Forgets a compiled form that cannot be loaded here, e.g. because the folder came from another machine. */
    void discard(String digest) throws IOException {
        Files.deleteIfExists(folder.resolve(digest));
    }

    /** Removes what was used longest ago when there is too much, and what a killed host left half-written. */
    private synchronized void sweep() throws IOException {
        List<Path> files;
        try (var all = Files.walk(settings.folder().resolve(FOLDER), 2)) {
            files = all.filter(Files::isRegularFile)
                    .sorted(Comparator.comparing(ModuleStore::lastUse).reversed())
                    .toList();
        }
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.exists(file) ? Files.size(file) : 0;
            boolean abandoned = file.getFileName().toString().startsWith("part-")
                    && lastUse(file).toMillis()
                            < Instant.now().minus(settings.compileTimeout()).toEpochMilli();
            if (bytes > (long) settings.storedModulesMb() << 20 || abandoned) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static FileTime lastUse(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }

    private byte[] compile(byte[] module) throws IOException, SandboxStartException, InterruptedException {
        long start = System.nanoTime();
        Path empty = Files.createDirectories(settings.folder().resolve("empty"));
        var answer = new CompletableFuture<Wire.Message>();
        var running = new CompletableFuture<Process>();
        // The process dies with the thread that starts it, so a real thread attends it.
        Thread.ofPlatform().daemon().name("wasm-compile").start(() -> {
            try {
                Process process = launcher.compiler(empty);
                running.complete(process);
                answer.complete(converse(process, module));
            } catch (IOException | UncheckedIOException e) {
                running.completeExceptionally(e);
                answer.completeExceptionally(e);
            }
        });
        try {
            Wire.Message message = answer.get(settings.compileTimeout().toMillis(), TimeUnit.MILLISECONDS);
            if (message.kind() == Wire.Kind.COMPILED) {
                return message.body();
            }
            throw refused(message, System.nanoTime() - start);
        } catch (TimeoutException e) {
            throw SandboxStartException.function(
                    "Runtime.ImportModuleError",
                    "The module takes longer than %d seconds to compile"
                            .formatted(settings.compileTimeout().toSeconds()),
                    System.nanoTime() - start);
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        } finally {
            if (running.isDone() && !running.isCompletedExceptionally()) {
                EngineLauncher.end(running.join());
            }
        }
    }

    /** Whether the engine cannot load what another version or machine compiled. */
    static boolean isStale(Wire.Message message) {
        return message.kind() == Wire.Kind.REFUSED
                && new String(message.body(), StandardCharsets.UTF_8).startsWith(EngineMain.STALE);
    }

    /** What the engine says about a module that can never run. */
    static SandboxStartException refused(Wire.Message message, long nanos) {
        String[] parts = new String(message.body(), StandardCharsets.UTF_8).split("\n", 2);
        return message.kind() == Wire.Kind.REFUSED && parts.length == 2
                ? SandboxStartException.function(parts[0], parts[1], nanos)
                : SandboxStartException.platform("The engine answered " + message.kind(), null);
    }

    private static Wire.Message converse(Process process, byte[] module) throws IOException {
        var in = Channels.newChannel(process.getInputStream());
        var out = process.getOutputStream();
        var outChannel = Channels.newChannel(out);
        var wire = new Wire(new ByteChannel() {
            @Override
            public int read(ByteBuffer to) throws IOException {
                return in.read(to);
            }

            @Override
            public int write(ByteBuffer from) throws IOException {
                int written = outChannel.write(from);
                out.flush();
                return written;
            }

            @Override
            public boolean isOpen() {
                return in.isOpen();
            }

            @Override
            public void close() throws IOException {
                in.close();
                outChannel.close();
            }
        });
        try {
            wire.send(Wire.Kind.COMPILE, module);
            return wire.receive();
        } catch (EOFException e) {
            String complaint = new String(process.getErrorStream().readNBytes(2048), StandardCharsets.UTF_8);
            throw new IOException("The compiler process ended early: " + complaint.strip(), e);
        } catch (IOException e) {
            String complaint = new String(process.getErrorStream().readNBytes(2048), StandardCharsets.UTF_8);
            throw new IOException("The compiler process cannot be reached: " + complaint.strip(), e);
        }
    }
}
