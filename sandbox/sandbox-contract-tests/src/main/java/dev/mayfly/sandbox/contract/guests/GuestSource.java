package dev.mayfly.sandbox.contract.guests;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.contract.Behaviour;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A guest.
 *
 * @param files their contents by name
 */
record GuestSource(Map<String, String> files) {
    static GuestSource of(String name, String content) {
        return new GuestSource(Map.of(name, content));
    }

    /** One of this package's resources. */
    static String resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(GuestSource.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static String handler(Behaviour behaviour) {
        return switch (behaviour) {
            case NO_HANDLER -> "index.missing";
            case NO_MODULE -> "missing.handler";
            default -> "index." + behaviour.name().toLowerCase(Locale.ROOT);
        };
    }

    FunctionCode write(Path folder, String runtime, Behaviour behaviour) throws IOException {
        MessageDigest digest = sha256();
        for (Map.Entry<String, String> each : new TreeMap<>(files).entrySet()) {
            Path file = Files.writeString(folder.resolve(each.getKey()), each.getValue());
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
            digest.update((each.getKey() + "\0" + each.getValue()).getBytes(StandardCharsets.UTF_8));
        }
        return new FunctionCode(folder, HexFormat.of().formatHex(digest.digest()), runtime, handler(behaviour));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
