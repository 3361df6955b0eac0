package dev.mayfly.sandbox.microvm;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A Firecracker in its jail. */
final class FirecrackerMachine implements Driver.Machine {
    static final String API = "api.sock";
    static final String PORT = "port.sock";

    /** Where the guest's agent listens. */
    private static final int AGENT_PORT = 1024;

    private static final long TRY_AGAIN_NANOS = 2_000_000;
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(30);

    private final Driver.Launch launch;
    private final Path root;
    private final Process process;
    private final SocketChannel port;

    private FirecrackerMachine(Driver.Launch launch, Path root, Process process, SocketChannel port) {
        this.launch = launch;
        this.root = root;
        this.process = process;
        this.port = port;
    }

    static FirecrackerMachine start(Driver.Launch launch, Path root, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(launch.folder().resolve("stderr").toFile());
        builder.environment().clear();
        Process process = builder.start();
        try {
            for (Path door : launch.doors()) {
                Files.writeString(door, Long.toString(process.pid()));
            }
            return new FirecrackerMachine(launch, root, process, begin(launch, root, process));
        } catch (IOException | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static SocketChannel begin(Driver.Launch launch, Path root, Process process) throws IOException {
        long deadline = System.nanoTime() + CONNECT_LIMIT.toNanos();
        while (!Files.exists(root.resolve(API))) {
            await(process, deadline, "its API");
        }
        FirecrackerApi api = new FirecrackerApi(root.resolve(API));
        if (launch.memory() instanceof Driver.Memory.Boot) {
            api.boot(launch.processors(), launch.megabytes());
        } else {
            api.load();
        }
        while (true) {
            SocketChannel channel = connect(root.resolve(PORT));
            if (channel != null) {
                return channel;
            }
            await(process, deadline, "its guest's agent");
        }
    }

    private static void await(Process process, long deadline, String what) throws IOException {
        if (!process.isAlive()
                || System.nanoTime() > deadline
                || Thread.currentThread().isInterrupted()) {
            throw new IOException("Firecracker did not open " + what);
        }
        LockSupport.parkNanos(TRY_AGAIN_NANOS);
    }

    /** The agent's port through Firecracker's vsock; null while nobody listens there. */
    static @Nullable SocketChannel connect(Path socket) throws IOException {
        SocketChannel channel;
        try {
            channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return null; // not there yet
        }
        channel.write(ByteBuffer.wrap(("CONNECT " + AGENT_PORT + "\n").getBytes(StandardCharsets.US_ASCII)));
        ByteBuffer one = ByteBuffer.allocate(1);
        StringBuilder answer = new StringBuilder();
        while (channel.read(one.clear()) > 0 && one.get(0) != '\n') {
            answer.append((char) one.get(0));
        }
        if (answer.toString().startsWith("OK ")) {
            return channel;
        }
        channel.close();
        return null;
    }

    @Override
    public SocketChannel port() {
        return port;
    }

    /** Firecracker writes a file of memory of its own; it takes the place of the one there was. */
    @Override
    public void save(Path state, Duration limit) throws IOException {
        new FirecrackerApi(root.resolve(API)).save();
        Path snapshot = launch.memory().snapshot();
        Files.move(root.resolve("memory.new"), snapshot.resolve("memory"), StandardCopyOption.REPLACE_EXISTING);
        Files.move(root.resolve("state.new"), state, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public CompletableFuture<Void> ended() {
        return process.onExit().thenAccept(_ -> {});
    }

    @Override
    public String lastWords() {
        try {
            return Files.readString(launch.folder().resolve("stderr"));
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void kill() {
        GuestStream.closeQuietly(port);
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    @Override
    public void close() {
        kill();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Firecracker does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
