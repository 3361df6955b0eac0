package dev.mayfly.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The JDK's ahead-of-time caches, one a component, each named after exactly what it was made from. */
final class AotCaches {
    private static final int FINGERPRINT_BYTES = 8;

    private final Path folder;
    private final boolean enabled;

    AotCaches(Path folder, boolean enabled) {
        this.folder = folder;
        this.enabled = enabled;
    }

    boolean enabled() {
        return enabled;
    }

    /** Where the cache for this very command is or would be. A change of a jar, an option or the JDK makes it another. */
    Path cacheOf(JavaCommand command) {
        return enabled
                ? folder.resolve(command.name() + "-" + fingerprint(command) + ".aot")
                : folder.resolve(command.name() + ".off");
    }

    boolean has(JavaCommand command) {
        return Files.exists(cacheOf(command));
    }

    /** Deletes the caches of {@code command} that were made from something else, and halves of caches. */
    void deleteOthers(JavaCommand command) throws IOException {
        String keep = cacheOf(command).getFileName().toString();
        try (var files = Files.newDirectoryStream(folder, command.name() + "-*.aot*")) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                boolean sameComponent = name.substring(command.name().length() + 1)
                        .matches("[0-9a-f]{" + 2 * FINGERPRINT_BYTES + "}\\.aot.*");
                if (sameComponent && !name.equals(keep)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static String fingerprint(JavaCommand command) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            add(digest, Runtime.version().toString());
            add(digest, System.getProperty("java.home"));
            command.options().forEach(option -> add(digest, option));
            for (Path jar : command.jars()) {
                add(
                        digest,
                        jar + " " + Files.size(jar) + " "
                                + Files.getLastModifiedTime(jar).toMillis());
            }
            return HexFormat.of().formatHex(digest.digest(), 0, FINGERPRINT_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java runtime has no SHA-256", e);
        } catch (IOException e) {
            throw new UncheckedIOException("A jar of " + command.name() + " cannot be read", e);
        }
    }

    private static void add(MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) '\n');
    }
}
