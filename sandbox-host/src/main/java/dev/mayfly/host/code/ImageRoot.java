package dev.mayfly.host.code;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * An image's root file system while it is filled. Paths are followed as the image's own processes would follow them: an
 * absolute link begins at this root, and {@code ..} of the root is the root. Nothing outside is ever named. Nobody else
 * changes it meanwhile.
 */
final class ImageRoot {
    private static final int MOST_LINKS = 40;
    private static final int LONGEST_PATH = 4096;

    private final Path root;

    ImageRoot(Path root) {
        this.root = root;
    }

    Path path() {
        return root;
    }

    /**
     * Where {@code name} lies: every folder above it is a real one, made when it is missing; the last name is not followed.
     *
     * @throws InvalidCodeException when there is no such place
     */
    Path place(String name) throws IOException {
        if (name.length() > LONGEST_PATH || name.indexOf('\0') >= 0) {
            throw InvalidCodeException.image("A path in the image is malformed");
        }
        String trimmed = name.replaceAll("/+$", "");
        int slash = trimmed.lastIndexOf('/');
        String last = trimmed.substring(slash + 1);
        if (last.isEmpty() || last.equals(".") || last.equals("..")) {
            throw InvalidCodeException.image("A path in the image has no name: " + name);
        }
        return folder(root, slash < 0 ? "" : trimmed.substring(0, slash), new int[] {MOST_LINKS})
                .resolve(last);
    }

    private Path folder(Path from, String path, int[] linksLeft) throws IOException {
        Path here = from;
        for (String name : path.split("/")) {
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                here = here.equals(root) ? root : parent(here);
                continue;
            }
            Path next = here.resolve(name);
            if (Files.isSymbolicLink(next)) {
                if (linksLeft[0]-- == 0) {
                    throw InvalidCodeException.image("Too many links at " + path);
                }
                String target = Files.readSymbolicLink(next).toString();
                here = folder(target.startsWith("/") ? root : here, target, linksLeft);
            } else {
                if (!Files.isDirectory(next, LinkOption.NOFOLLOW_LINKS)) {
                    Files.deleteIfExists(next);
                    makeFolder(next);
                }
                here = next;
            }
        }
        return here;
    }

    private static Path parent(Path path) {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }

    static void makeFolder(Path path) throws IOException {
        Files.createDirectory(path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** A real folder at that place, whatever was there; what is in a folder that is there stays. */
    void ensureFolder(Path place) throws IOException {
        if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            Trees.delete(place);
            makeFolder(place);
        }
    }

    /** A file at that place, whatever was there. */
    void write(String name, String content) throws IOException {
        Path place = place(name);
        Trees.delete(place);
        Files.writeString(place, content);
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("r--r--r--"));
    }
}
