package dev.mayfly.standalone;

import dev.mayfly.standalone.home.Setting;
import dev.mayfly.standalone.home.Settings;
import dev.mayfly.standalone.process.Component;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;

/** Finds out before anything starts whether a port is somebody else's. */
final class PortCheck {
    private static final int HIGHEST_BASE = 60_000;

    private PortCheck() {}

    /** What to tell about the first port that is taken; empty when all are free. */
    static Optional<String> complaint(Settings settings, List<? extends Component> components) {
        for (Component component : components) {
            boolean gateway = component.port() == settings.ports().gateway();
            if (!isFree(gateway ? settings.bind() : "127.0.0.1", component.port())) {
                Setting setting = gateway ? Setting.MAYFLY_PORT : Setting.MAYFLY_INTERNAL_PORT_BASE;
                String example = Integer.toString(gateway ? component.port() + 1 : otherBase(settings));
                return Optional.of(
                        "Port %d, which %s needs, is taken by another program. Stop that program, or set %s to move it, e.g.: %s=%s ./mayfly up"
                                .formatted(component.port(), component.name(), setting, setting, example));
            }
        }
        return Optional.empty();
    }

    /** A base far from the ports that are in use now. */
    private static int otherBase(Settings settings) {
        int current = settings.ports().identity() - 1;
        return current + 10_000 <= HIGHEST_BASE ? current + 10_000 : current - 10_000;
    }

    private static boolean isFree(String address, int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(address), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
