package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.guest.Extensions;
import dev.mayfly.sandbox.guest.ExtensionsDoor;
import dev.mayfly.sandbox.guest.HttpLink;
import dev.mayfly.sandbox.guest.Telemetry;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a machine's guest reaches over HTTP: the Extensions API, and the Runtime API unless its runtime is one of ours.
 *
 * @param link the Runtime API; null for a runtime of ours
 * @param door serves the Extensions API alone; null beside a {@code link}, which serves both
 */
record HttpSide(
        Extensions extensions,
        @Nullable HttpLink link,
        @Nullable ExtensionsDoor door) implements AutoCloseable {
    /** Offers it to the guest. */
    static HttpSide offer(Path socket, AgentLink agent, Extensions.Function function, boolean withRuntimeApi)
            throws IOException {
        var address = UnixDomainSocketAddress.of(socket);
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(address);
        agent.offer(AgentLink.Service.RUNTIME_HTTP, () -> SocketChannel.open(address));
        // Connections into the guest do not exist, so nothing can be pushed there.
        var extensions = new Extensions(function, new Telemetry(null));
        return withRuntimeApi
                ? new HttpSide(extensions, new HttpLink(listener, extensions), null)
                : new HttpSide(extensions, null, new ExtensionsDoor(listener, extensions));
    }

    @Override
    public void close() {
        if (link != null) {
            link.close();
        }
        if (door != null) {
            door.close();
        }
        extensions.close();
    }
}
