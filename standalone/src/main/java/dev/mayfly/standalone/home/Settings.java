package dev.mayfly.standalone.home;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * The settings of an installation, read from the environment.
 *
 * @param home absolute folder of all state
 * @param bind address of the gateway
 * @param startTimeout after this an incomplete start is given up
 */
public record Settings(
        Path home,
        String bind,
        Ports ports,
        String region,
        Duration startTimeout,
        boolean aotCaches,
        boolean installPrograms) {

    private static final int MAX_PORT = 65535;

    /** @throws InvalidSettingException when a value is not one that the setting takes */
    public static Settings from(Map<String, String> environment) {
        String base = value(environment, Setting.MAYFLY_INTERNAL_PORT_BASE);
        int gateway = port(environment, Setting.MAYFLY_PORT, MAX_PORT);
        Ports ports = base.isEmpty()
                ? Ports.standard(gateway)
                : Ports.from(
                        gateway, port(environment, Setting.MAYFLY_INTERNAL_PORT_BASE, MAX_PORT - Ports.INTERNAL_COUNT));
        return new Settings(
                Path.of(value(environment, Setting.MAYFLY_HOME))
                        .toAbsolutePath()
                        .normalize(),
                value(environment, Setting.MAYFLY_BIND),
                ports,
                value(environment, Setting.MAYFLY_REGION),
                Duration.ofSeconds(number(environment, Setting.MAYFLY_START_TIMEOUT, 1, 86_400)),
                onOrOff(environment, Setting.MAYFLY_AOT),
                onOrOff(environment, Setting.MAYFLY_INSTALL));
    }

    /** The address a client on this machine uses. */
    public String endpoint() {
        String host = switch (bind) {
            case "127.0.0.1", "0.0.0.0", "::", "::1", "localhost" -> "localhost";
            default -> bind;
        };
        return "http://" + host + ":" + ports.gateway();
    }

    private static String value(Map<String, String> environment, Setting setting) {
        String value = environment.get(setting.name());
        return value == null || value.isBlank() ? setting.defaultValue() : value.strip();
    }

    private static int port(Map<String, String> environment, Setting setting, int max) {
        return number(environment, setting, 1, max);
    }

    private static int number(Map<String, String> environment, Setting setting, int min, int max) {
        String text = value(environment, setting);
        try {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, together with what is out of range.
        }
        throw new InvalidSettingException(
                setting, "it must be a whole number from " + min + " to " + max + ", not '" + text + "'");
    }

    private static boolean onOrOff(Map<String, String> environment, Setting setting) {
        String text = value(environment, setting);
        return switch (text) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new InvalidSettingException(setting, "it must be on or off, not '" + text + "'");
        };
    }
}
