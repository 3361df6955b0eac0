package dev.mayfly.benchmarks;

import dev.mayfly.contracts.events.Json;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;

/**
 * The baseline of a virtual machine: QEMU with the same kernel and root file system as Mayfly's guests, in which node is the
 * only program and takes code and event from one port. No jail, no agent, no limits; memory is saved and restored the
 * plain way, as one stream.
 */
final class RawQemu implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(45);
    private static final int ATTEMPTS = 3;

    private final Path folder;
    private final List<String> command;
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("raw-qemu-watch").factory());

    /**
     * @param cache where Mayfly keeps guest images; the newest is used
     * @param kvm whether Mayfly's guests use KVM
     * @param megabytes of the guest
     */
    RawQemu(Path folder, Path cache, boolean kvm, int megabytes) throws IOException, InterruptedException {
        this.folder = Files.createDirectories(folder.resolve("raw"));
        Path image = newest(cache.resolve("images"));
        command = new ArrayList<>(List.of(
                "qemu-system-x86_64",
                "-M",
                "microvm,isa-serial=off,rtc=on",
                "-accel",
                kvm ? "kvm" : "tcg,tb-size=64",
                "-cpu",
                kvm ? "host" : "max,-x2apic",
                "-m",
                Integer.toString(megabytes),
                "-smp",
                "1",
                "-kernel",
                image.resolve("vmlinuz").toString(),
                "-initrd",
                firstStage(image).toString(),
                "-append",
                "reboot=t panic=-1 quiet" + (kvm ? "" : timers(image)),
                "-nodefaults",
                "-no-user-config",
                "-nographic",
                "-no-reboot",
                "-drive",
                "file=" + image.resolve("root.sqfs") + ",format=raw,if=none,id=root,readonly=on",
                "-device",
                "virtio-blk-device,drive=root",
                "-device",
                "virtio-serial-device",
                "-chardev",
                "socket,path=" + this.folder.resolve("port.sock") + ",id=port",
                "-device",
                "virtserialport,chardev=port,name=bench",
                "-chardev",
                "socket,path=" + this.folder.resolve("qmp.sock") + ",id=qmp",
                "-mon",
                "chardev=qmp,mode=control"));
    }

    private static Path newest(Path images) throws IOException {
        try (var found = Files.list(images)) {
            return found.filter(image -> Files.exists(image.resolve("complete")))
                    .max(Comparator.comparingLong(
                            image -> image.resolve("complete").toFile().lastModified()))
                    .orElseThrow(() -> new IOException("There is no guest image in " + images));
        }
    }

    private static String timers(Path image) {
        return " tsc_early_khz=" + Machine.firstLine(image.resolve("tsc").toString())
                + " lapic=notscdeadline no_timer_check lpj=4000000";
    }

    /** The image's first stage with another {@code init}: what comes later in such a file replaces what came before. */
    private Path firstStage(Path image) throws IOException, InterruptedException {
        Path stage = Files.createDirectories(folder.resolve("stage"));
        Path init = Files.writeString(stage.resolve("init"), Functions.text("machine-init.sh"));
        Files.setPosixFilePermissions(init, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(stage.resolve("machine.js"), Functions.text("machine.js"));
        Path archive = folder.resolve("stage.cpio");
        Process cpio = new ProcessBuilder("cpio", "-o", "-H", "newc", "--quiet", "-O", archive.toString())
                .directory(stage.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var names = cpio.outputWriter(StandardCharsets.UTF_8)) {
            names.write("init\nmachine.js\n");
        }
        if (cpio.waitFor() != 0) {
            throw new IOException("cpio failed");
        }
        Path whole = folder.resolve("initrd.gz");
        Files.copy(image.resolve("initrd.gz"), whole, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        try (var out = Files.newOutputStream(whole, java.nio.file.StandardOpenOption.APPEND);
                var gzip = new GZIPOutputStream(out)) {
            Files.copy(archive, gzip);
        }
        return whole;
    }

    private final class Running implements AutoCloseable {
        private final Process process;
        private final SocketChannel port;
        private final SocketChannel monitor;

        Running(List<String> more) throws IOException {
            List<String> all = new ArrayList<>(command);
            all.addAll(more);
            try (ServerSocketChannel ports = listen("port.sock");
                    ServerSocketChannel monitors = listen("qmp.sock")) {
                process = new ProcessBuilder(all)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("qemu.log").toFile())
                        .start();
                process.onExit().thenRun(() -> {
                    closeQuietly(ports);
                    closeQuietly(monitors);
                });
                var tooLong = watch.schedule(process::destroyForcibly, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                process.onExit().thenRun(() -> tooLong.cancel(false));
                port = ports.accept();
                monitor = monitors.accept();
            } catch (IOException e) {
                throw new IOException("QEMU: " + Files.readString(folder.resolve("qemu.log")), e);
            }
        }

        private ServerSocketChannel listen(String name) throws IOException {
            Path socket = folder.resolve(name);
            Files.deleteIfExists(socket);
            ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            listener.bind(UnixDomainSocketAddress.of(socket));
            return listener;
        }

        void ask() throws IOException {
            write(port, Json.bytes(Map.of("code", Functions.ECHO, "event", Map.of("name", "Ada"))));
            String answer = line(port);
            if (!answer.contains("echo")) {
                throw new IOException("The raw machine answered " + answer);
            }
        }

        void save(Path state) throws IOException {
            line(monitor);
            execute(Map.of("execute", "qmp_capabilities"));
            execute(Map.of("execute", "migrate", "arguments", Map.of("uri", "exec:cat >" + state)));
            while (true) {
                String status = execute(Map.of("execute", "query-migrate"));
                if (status.contains("\"completed\"")) {
                    return;
                }
                if (status.contains("\"failed\"")) {
                    throw new IOException("QEMU did not save the machine: " + status);
                }
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
        }

        private String execute(Map<String, ?> order) throws IOException {
            write(monitor, Json.bytes(order));
            String answer = line(monitor);
            while (answer.contains("\"event\"")) {
                answer = line(monitor);
            }
            return answer;
        }

        @Override
        public void close() {
            process.destroyForcibly();
            process.onExit().join();
            closeQuietly(port);
            closeQuietly(monitor);
        }
    }

    private static void write(SocketChannel to, byte[] json) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocate(json.length + 1).put(json).put((byte) '\n').flip();
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    private static String line(SocketChannel from) throws IOException {
        StringBuilder line = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (from.read(one) > 0) {
            char next = (char) one.flip().get();
            one.clear();
            if (next == '\n') {
                return line.toString();
            }
            line.append(next);
        }
        throw new IOException("QEMU has ended after " + line);
    }

    private static void closeQuietly(AutoCloseable each) {
        try {
            each.close();
        } catch (Exception e) {
            return; // it was closed already
        }
    }

    /** Boots a machine and asks it; under emulation a boot may hang, and is tried again then. In nanoseconds. */
    long boot() throws IOException {
        for (int attempt = 1; ; attempt++) {
            long start = System.nanoTime();
            try (var machine = new Running(List.of())) {
                line(machine.port);
                machine.ask();
                return System.nanoTime() - start;
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Saves a machine whose node waits for code; returns the bytes that took. */
    long save() throws IOException {
        Path state = folder.resolve("state");
        for (int attempt = 1; ; attempt++) {
            try (var machine = new Running(List.of())) {
                line(machine.port);
                machine.save(state);
                return Files.size(state);
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Restores what {@link #save} saved and asks it. In nanoseconds. */
    long restore() throws IOException {
        long start = System.nanoTime();
        try (var machine = new Running(List.of("-incoming", "exec:cat " + folder.resolve("state")))) {
            machine.ask();
            return System.nanoTime() - start;
        }
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }
}
