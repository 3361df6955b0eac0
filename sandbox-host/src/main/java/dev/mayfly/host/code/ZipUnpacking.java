package dev.mayfly.host.code;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * Unpacks a zip that the registry has checked, without believing that it did: nothing is written outside the target, and no
 * more than the limit. Every file can be read by everybody, since sandboxes run as nobody in particular; none can be written.
 */
final class ZipUnpacking {
    private static final int OWNER_EXECUTE = 0100;
    private static final int LONGEST_LINK = 4096;
    private static final int MOST_ENTRIES = 200_000;

    private record Link(Path path, Path target) {}

    private ZipUnpacking() {}

    /**
     * @return bytes of all files
     * @throws InvalidCodeException when the zip is corrupt, reaches outside, names a file twice, or is larger than {@code
     *     limit} bytes unpacked; the caller throws the half-filled target away
     */
    static long unpack(Path zip, Path target, long limit) throws IOException {
        Files.createDirectories(target);
        try {
            return unpackChecked(zip, target, limit);
        } catch (ZipException | FileAlreadyExistsException | NotDirectoryException | EOFException e) {
            throw InvalidCodeException.zip("The zip cannot be unpacked: " + e.getMessage());
        }
    }

    private static long unpackChecked(Path zip, Path target, long limit) throws IOException {
        long total = 0;
        List<Link> links = new ArrayList<>();
        Set<Path> seen = new HashSet<>();
        try (var file = ZipFile.builder().setPath(zip).get()) {
            for (ZipArchiveEntry entry : Collections.list(file.getEntries())) {
                Path path = inside(target, entry.getName());
                if (!seen.add(path) && !entry.isDirectory()) {
                    throw InvalidCodeException.zip("The zip has two entries named " + entry.getName());
                }
                if (seen.size() > MOST_ENTRIES) {
                    throw InvalidCodeException.zip("The zip has more than " + MOST_ENTRIES + " entries");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                Files.createDirectories(path.getParent() == null ? target : path.getParent());
                try (InputStream content = file.getInputStream(entry)) {
                    if (entry.isUnixSymlink()) {
                        links.add(link(target, path, content));
                    } else {
                        total += write(content, path, limit - total);
                        boolean executable = (entry.getUnixMode() & OWNER_EXECUTE) != 0;
                        Files.setPosixFilePermissions(
                                path, PosixFilePermissions.fromString(executable ? "r-xr-xr-x" : "r--r--r--"));
                    }
                }
            }
        }
        // Links come last, so that no file is written through one.
        for (Link link : links) {
            Files.createSymbolicLink(link.path(), link.target());
        }
        return total;
    }

    private static Path inside(Path target, String name) throws IOException {
        Path path = target.resolve(name).normalize();
        if (name.startsWith("/") || name.indexOf('\0') >= 0 || !path.startsWith(target)) {
            throw InvalidCodeException.zip("The zip's entry " + name + " lies outside of it");
        }
        return path;
    }

    private static Link link(Path root, Path path, InputStream content) throws IOException {
        String target = new String(content.readNBytes(LONGEST_LINK), StandardCharsets.UTF_8);
        Path parent = path.getParent() == null ? root : path.getParent();
        if (target.startsWith("/") || !parent.resolve(target).normalize().startsWith(root)) {
            throw InvalidCodeException.zip("The zip's link " + path.getFileName() + " points outside of it");
        }
        return new Link(path, Path.of(target));
    }

    private static long write(InputStream content, Path path, long limit) throws IOException {
        long written = 0;
        try (var out = Files.newOutputStream(path)) {
            byte[] buffer = new byte[1 << 16];
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                written += read;
                if (written > limit) {
                    throw InvalidCodeException.zip("The zip is larger than allowed once unpacked");
                }
                out.write(buffer, 0, read);
            }
        }
        return written;
    }
}
