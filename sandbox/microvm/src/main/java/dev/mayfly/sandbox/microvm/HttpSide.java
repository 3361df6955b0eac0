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
    /** What the guest's runtime uses it for. */
    enum Use {
        /** It has a link of its own. */
        EXTENSIONS,
        RUNTIME,
        /** The same, in a machine that is saved. */
        RUNTIME_TO_KEEP
    }

    /** Offers it to the guest. */
    static HttpSide offer(Path socket, AgentLink agent, Extensions.Function function, Use use) throws IOException {
        ServerSocketChannel listener = listen(socket, agent);
        var extensions = extensions(socket, agent, function);
        return switch (use) {
            case EXTENSIONS -> new HttpSide(extensions, null, new ExtensionsDoor(listener, extensions));
            case RUNTIME -> new HttpSide(extensions, new HttpLink(listener, extensions), null);
            case RUNTIME_TO_KEEP -> new HttpSide(extensions, HttpLink.toKeep(listener, extensions), null);
        };
    }

    /** Offers it to a copy of a guest that had it {@link Use#RUNTIME_TO_KEEP}, whose runtime waits at {@code pair}. */
    static HttpSide resume(Path socket, AgentLink agent, Extensions.Function function, SocketPair pair)
            throws IOException {
        agent.resumeRuntime(pair.second());
        var extensions = extensions(socket, agent, function);
        return new HttpSide(extensions, HttpLink.resumed(listen(socket, agent), extensions, pair.first()), null);
    }

    private static ServerSocketChannel listen(Path socket, AgentLink agent) throws IOException {
        var address = UnixDomainSocketAddress.of(socket);
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(address);
        agent.offer(AgentLink.Service.RUNTIME_HTTP, () -> SocketChannel.open(address));
        return listener;
    }

    private static Extensions extensions(Path socket, AgentLink agent, Extensions.Function function) {
        return new Extensions(function, new Telemetry(port -> agent.dial(port, socket)));
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
