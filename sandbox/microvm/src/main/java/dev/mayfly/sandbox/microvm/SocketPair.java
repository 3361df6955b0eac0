package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.guest.Door;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/** Two ends of one connection: the runtime's link has the first, the guest's stream gets the second. */
record SocketPair(SocketChannel first, SocketChannel second, AtomicBoolean taken) implements Door, AgentLink.Connector {
    /**
     * @param path where no file is; none is left
     */
    static SocketPair connect(Path path) throws IOException {
        var address = UnixDomainSocketAddress.of(path);
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(address, 1);
            SocketChannel first = SocketChannel.open(address);
            return new SocketPair(first, listener.accept(), new AtomicBoolean());
        } finally {
            Files.deleteIfExists(path);
        }
    }

    @Override
    public SocketChannel open() {
        return first;
    }

    /** The second end, once. */
    @Override
    public SocketChannel connect() throws IOException {
        if (!taken.compareAndSet(false, true)) {
            throw new IOException("The runtime has its connection");
        }
        return second;
    }

    @Override
    public void abandon() {
        if (taken.compareAndSet(false, true)) {
            GuestStream.closeQuietly(second);
        }
    }

    @Override
    public void close() throws IOException {
        first.close();
        second.close();
    }
}
