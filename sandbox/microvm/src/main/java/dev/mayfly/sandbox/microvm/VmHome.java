package dev.mayfly.sandbox.microvm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Stream;

/**
 * What one owner's virtual machines are made of:
 *
 * <pre>
 * RUNTIME_FOLDER/mHASH/v/ID    one machine: sockets, its monitor's root
 * FOLDER/microvm/code          images of functions' code
 * FOLDER/microvm/snapshots     snapshots of functions
 * CACHE_FOLDER                 the guest image; snapshots of runtimes, without a function
 * </pre>
 */
final class VmHome {
    private final Path directory;
    private final Path kept;

    VmHome(MicrovmSettings settings) {
        directory = settings.runtimeFolder().resolve("m" + nameOf(settings.folder()));
        kept = settings.folder().resolve("microvm");
    }

    private static String nameOf(Path folder) {
        return sha256(folder.toAbsolutePath().normalize().toString()).substring(0, 10);
    }

    /** The hex digest of a text. */
    static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    Path machines() {
        return directory.resolve("v");
    }

    Path code() {
        return kept.resolve("code");
    }

    Path snapshots() {
        return kept.resolve("snapshots");
    }

    /** The cgroup that all machines' cgroups are in. */
    String cgroup() {
        return "/mayfly/" + directory.getFileName();
    }

    void create() throws IOException {
        for (Path each : new Path[] {machines(), code(), snapshots()}) {
            Files.createDirectories(each);
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwx------"));
        }
    }

    /** Removes what machines left; code and snapshots stay. */
    void delete() {
        deleteTree(directory);
    }

    static void deleteTree(Path top) {
        try {
            if (Files.isDirectory(top, LinkOption.NOFOLLOW_LINKS)) {
                try (Stream<Path> children = Files.list(top)) {
                    children.forEach(VmHome::deleteTree);
                }
            }
            Files.deleteIfExists(top);
        } catch (NoSuchFileException e) {
            return; // somebody else removed it
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
