package dev.mayfly.sandbox.guest;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A unix socket that exactly one connection is taken from. */
public final class ListeningDoor implements Door {
    private final Path socket;
    private final ServerSocketChannel listener;

    /**
     * @param guest the only user of the machine, besides root, that may connect
     */
    public ListeningDoor(Path socket, int guest) throws IOException {
        this.socket = socket;
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket), 1);
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        Files.setAttribute(socket, "unix:uid", guest);
        Files.setAttribute(socket, "unix:gid", guest);
    }

    @Override
    public SocketChannel open() throws IOException {
        SocketChannel connection = listener.accept();
        listener.close();
        return connection;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        Files.deleteIfExists(socket);
    }
}
