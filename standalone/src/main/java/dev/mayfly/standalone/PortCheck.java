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
    private PortCheck() {}

    /** What to tell about the first port that is taken; empty when all are free. */
    static Optional<String> complaint(Settings settings, List<? extends Component> components) {
        for (Component component : components) {
            boolean gateway = component.port() == settings.ports().gateway();
            if (!isFree(gateway ? settings.bind() : "127.0.0.1", component.port())) {
                Setting setting = gateway ? Setting.MAYFLY_PORT : Setting.MAYFLY_INTERNAL_PORT_BASE;
                String example = gateway ? Integer.toString(component.port() + 1) : "28180";
                return Optional.of(
                        "Port %d, which %s needs, is taken by another program. Stop that program, or set %s to move it, e.g.: %s=%s ./mayfly up"
                                .formatted(component.port(), component.name(), setting, setting, example));
            }
        }
        return Optional.empty();
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
