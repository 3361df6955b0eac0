package dev.mayfly.sandbox.microvm;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** A QEMU in its jail. It connects to sockets that we listen on: nobody has to wait for a file to appear. */
final class QemuMachine implements Driver.Machine {
    static final String PORT = "port.sock";
    static final String MONITOR = "qmp.sock";

    private static final String STATE = "state.sock";
    private static final int MAX_WORDS = 2000;

    private final Driver.Launch launch;
    private final Process process;
    private final CompletableFuture<Void> ended;
    private final SocketChannel port;
    private final Qmp monitor;
    private final String own;
    private final long mostState;

    private QemuMachine(Driver.Launch launch, Process process, SocketChannel port, Qmp monitor, Invocation invocation) {
        this.launch = launch;
        this.own = invocation.own();
        this.mostState = invocation.mostState();
        this.process = process;
        this.ended = process.onExit().thenAccept(_ -> {});
        this.port = port;
        this.monitor = monitor;
    }

    /**
     * How it is run.
     *
     * @param own the machine's folder {@code vm}, as QEMU sees it
     * @param incoming where its state comes from, when it goes on
     * @param mostState bytes of its state, when it is saved
     */
    record Invocation(
            List<String> command, Map<String, String> environment, String own, String incoming, long mostState) {}

    static QemuMachine start(Driver.Launch launch, Invocation invocation) throws IOException {
        Path folder = launch.folder();
        SocketChannel port = null;
        Process process = null;
        try (ServerSocketChannel ports = listen(launch, PORT);
                ServerSocketChannel monitors = listen(launch, MONITOR)) {
            ProcessBuilder builder = new ProcessBuilder(invocation.command())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(words(folder).toFile());
            builder.environment().clear();
            builder.environment().putAll(invocation.environment());
            process = builder.start();
            process.onExit().thenRun(() -> {
                GuestStream.closeQuietly(ports);
                GuestStream.closeQuietly(monitors);
            });
            port = ports.accept();
            Qmp monitor = new Qmp(monitors.accept());
            if (!(launch.memory() instanceof Driver.Memory.Boot)) {
                ignoreShared(monitor);
                monitor.execute("migrate-incoming", Map.of("uri", invocation.incoming()));
            }
            return new QemuMachine(launch, process, port, monitor, invocation);
        } catch (IOException | RuntimeException e) {
            if (port != null) {
                GuestStream.closeQuietly(port);
            }
            boolean interrupted = Thread.interrupted();
            if (process != null) {
                process.destroyForcibly();
                process.onExit().join();
            }
            String words = lastWords(folder);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (interrupted || words.isEmpty()) {
                throw e;
            }
            throw new IOException("QEMU ended: " + words, e);
        }
    }

    private static void ignoreShared(Qmp monitor) throws IOException {
        Map<String, Object> capability = Map.of("capability", "x-ignore-shared", "state", true);
        monitor.execute("migrate-set-capabilities", Map.of("capabilities", List.of(capability)));
    }

    private static ServerSocketChannel listen(Driver.Launch launch, String name) throws IOException {
        Path socket = launch.folder().resolve("vm").resolve(name);
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket), 1);
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        Files.setAttribute(socket, "unix:uid", launch.uid());
        return listener;
    }

    private static Path words(Path folder) {
        return folder.resolve("stderr");
    }

    private static String lastWords(Path folder) {
        try {
            String text = Files.readString(words(folder)).strip();
            return text.length() <= MAX_WORDS ? text : text.substring(text.length() - MAX_WORDS);
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public SocketChannel port() {
        return port;
    }

    @Override
    public CompletableFuture<Void> ended() {
        return ended;
    }

    @Override
    public String lastWords() {
        return lastWords(launch.folder());
    }

    @Override
    public void save(Path state, Duration limit) throws IOException, InterruptedException {
        ignoreShared(monitor);
        try (ServerSocketChannel listener = listen(launch, STATE)) {
            CompletableFuture<Void> written = new CompletableFuture<>();
            Thread.ofVirtual().name("microvm-save").start(() -> {
                try {
                    receive(listener, state);
                    written.complete(null);
                } catch (IOException e) {
                    written.completeExceptionally(e);
                }
            });
            monitor.execute("migrate", Map.of("uri", "unix:" + own + "/" + STATE));
            written.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            String status = migrationStatus();
            while (status.equals("active") || status.equals("device") || status.equals("setup")) {
                LockSupport.parkNanos(1_000_000);
                status = migrationStatus();
            }
            if (!status.equals("completed")) {
                throw new IOException("The machine's state was not saved: " + status);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("The machine's state was not saved: " + e.getMessage(), e);
        }
    }

    private String migrationStatus() throws IOException {
        return monitor.execute("query-migrate", Map.of()).path("status").asString("");
    }

    private void receive(ServerSocketChannel listener, Path state) throws IOException {
        try (SocketChannel from = listener.accept();
                FileChannel to = FileChannel.open(
                        state,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            long at = 0;
            while (true) {
                long taken = to.transferFrom(from, at, 1 << 20);
                if (taken == 0) {
                    return;
                }
                at += taken;
                if (at > mostState) {
                    throw new IOException("The machine's state is larger than " + mostState + " bytes");
                }
            }
        }
    }

    @Override
    public void kill() {
        GuestStream.closeQuietly(port);
        process.destroyForcibly();
    }

    @Override
    public void close() {
        kill();
        monitor.close();
    }
}
