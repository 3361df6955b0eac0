package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.api.Volume;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Answers what one guest asks of its volume, in a jail of its own: {@code fileserver.c}. It ends with the guest's connection, with
 * this object, and with the process that started it.
 */
final class FileServer implements AgentLink.Connector, AutoCloseable {
    /** Short, as the paths of sockets must be. */
    private static final String SOCKET = "s";

    private final Process process;
    private final SocketChannel channel;
    private final AtomicBoolean taken = new AtomicBoolean();

    private FileServer(Process process, SocketChannel channel) {
        this.process = process;
        this.channel = channel;
    }

    /**
     * @param folder the machine's own
     * @param user who nobody else on the machine is, but the guest's monitor
     * @param doors files of cgroups into which its process number is written
     */
    static FileServer start(GuestImage image, Path folder, int user, List<Path> doors, Volume volume)
            throws IOException {
        Path root = Files.createDirectory(folder.resolve("files-root"));
        Path meeting = Files.createDirectory(folder.resolve("fs"));
        Path socket = meeting.resolve(SOCKET);
        Path words = folder.resolve("files.stderr");
        List<String> command =
                new ArrayList<>(List.of(image.jailer().toString(), Integer.toString(user), root.toString()));
        doors.forEach(door -> command.addAll(List.of("-c", door.toString())));
        command.addAll(List.of("-w", meeting + ":/meeting"));
        command.addAll(List.of("-x", image.fileServer() + ":/fileserver"));
        command.addAll(List.of("-v", volume.folder() + ":/volume"));
        command.addAll(List.of("--", "/fileserver", "/volume", "/meeting/" + SOCKET));
        Process process = null;
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(socket), 1);
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            Files.setAttribute(socket, "unix:uid", user);
            var builder = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(words.toFile());
            builder.environment().clear();
            process = builder.start();
            process.onExit().thenRun(() -> GuestStream.closeQuietly(listener));
            return new FileServer(process, listener.accept());
        } catch (IOException e) {
            if (process != null) {
                process.destroyForcibly();
            }
            String said = Files.exists(words) ? Files.readString(words).strip() : "";
            throw new IOException("The volume cannot be served: " + (said.isEmpty() ? e.getMessage() : said), e);
        }
    }

    /** The guest's connection, once. */
    @Override
    public SocketChannel connect() throws IOException {
        if (!taken.compareAndSet(false, true)) {
            throw new IOException("The volume has its connection");
        }
        return channel;
    }

    /** Does that when it has ended, of whatever. */
    void onEnd(Runnable then) {
        process.onExit().thenRun(then);
    }

    @Override
    public void abandon() {
        close();
    }

    void awaitEnd(int seconds) throws InterruptedException, TimeoutException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            throw new TimeoutException("A volume's server does not end");
        }
    }

    @Override
    public void close() {
        GuestStream.closeQuietly(channel);
        process.destroy();
    }
}
