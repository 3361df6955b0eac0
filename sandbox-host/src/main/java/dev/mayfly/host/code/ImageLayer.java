package dev.mayfly.host.code;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;

/**
 * One layer of an image, laid over those below it. Owners are forgotten: everybody may do what the owner may, but for writing.
 * Devices, pipes and the set-user-id bits are left out.
 */
final class ImageLayer {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final String RESERVED = ".wh..wh.";
    private static final int OWNER_EXECUTE = 0100;
    private static final int MAGIC = 4;

    private final ImageRoot root;
    private final Budget budget;
    private final Set<Path> own = new HashSet<>();

    /** What the layers together may still take. */
    static final class Budget {
        private long bytes;
        private int entries;

        Budget(long bytes, int entries) {
            this.bytes = bytes;
            this.entries = entries;
        }

        long bytes() {
            return bytes;
        }

        private void entry() throws InvalidCodeException {
            if (--entries < 0) {
                throw InvalidCodeException.image("The image has too many files");
            }
        }
    }

    private ImageLayer(ImageRoot root, Budget budget) {
        this.root = root;
        this.budget = budget;
    }

    static void apply(Path blob, ImageRoot root, Budget budget) throws IOException {
        var layer = new ImageLayer(root, budget);
        try (InputStream file = new BufferedInputStream(Files.newInputStream(blob), 1 << 16);
                InputStream plain = decompressed(file);
                var tar = new TarArchiveInputStream(plain)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                budget.entry();
                layer.apply(entry, tar);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw InvalidCodeException.because("A layer of the image cannot be unpacked: ", e);
        }
    }

    private static InputStream decompressed(InputStream file) throws IOException {
        file.mark(MAGIC);
        byte[] magic = file.readNBytes(MAGIC);
        file.reset();
        if (magic.length == MAGIC && (magic[0] & 0xff) == 0x1f && (magic[1] & 0xff) == 0x8b) {
            return GzipCompressorInputStream.builder()
                    .setInputStream(file)
                    .setDecompressConcatenated(true)
                    .get();
        }
        boolean zstandard = magic.length == MAGIC
                && (magic[0] & 0xff) == 0x28
                && (magic[1] & 0xff) == 0xb5
                && magic[2] == 0x2f
                && (magic[3] & 0xff) == 0xfd;
        return zstandard ? new ZstdCompressorInputStream(file) : file;
    }

    private void apply(TarArchiveEntry entry, InputStream content) throws IOException {
        String name = entry.getName();
        if (name.replaceAll("[./]", "").isEmpty() && entry.isDirectory() && !name.contains("..")) {
            return; // the root itself
        }
        Path place = place(name);
        String last = place.getFileName().toString();
        if (last.equals(OPAQUE)) {
            clear(place.resolveSibling("."));
        } else if (last.startsWith(RESERVED)) {
            return;
        } else if (last.startsWith(WHITEOUT)) {
            Trees.delete(
                    place(name.replaceAll("/+$", "").replaceAll("[^/]*$", "") + last.substring(WHITEOUT.length())));
        } else {
            put(entry, place, content);
            for (Path each = place; each != null && !each.equals(root.path()); each = each.getParent()) {
                own.add(each);
            }
        }
    }

    private Path place(String name) throws IOException {
        try {
            return root.place(name);
        } catch (InvalidPathException e) {
            throw InvalidCodeException.image("A path in the image is malformed: " + e.getReason());
        }
    }

    /** Takes away what lower layers put into the folder. */
    private void clear(Path folder) throws IOException {
        List<Path> children;
        try (Stream<Path> listed = Files.list(folder.normalize())) {
            children = listed.toList();
        }
        for (Path child : children) {
            if (!own.contains(child)) {
                Trees.delete(child);
            } else if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                clear(child);
            }
        }
    }

    private void put(TarArchiveEntry entry, Path place, InputStream content) throws IOException {
        if (entry.isDirectory()) {
            root.ensureFolder(place);
        } else if (entry.isSymbolicLink()) {
            Trees.delete(place);
            Files.createSymbolicLink(place, Path.of(entry.getLinkName()));
        } else if (entry.isLink()) {
            Path target = place(entry.getLinkName());
            if (target.equals(place)) {
                return;
            }
            if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)
                    || Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
                throw InvalidCodeException.image(
                        "The hard link " + entry.getName() + " names no file: " + entry.getLinkName());
            }
            Trees.delete(place);
            Files.createLink(place, target);
        } else if (!entry.isCharacterDevice() && !entry.isBlockDevice() && !entry.isFIFO()) {
            Trees.delete(place);
            budget.bytes -= ImageArchive.copy(content, place, budget.bytes);
            boolean executable = (entry.getMode() & OWNER_EXECUTE) != 0;
            Files.setPosixFilePermissions(
                    place, PosixFilePermissions.fromString(executable ? "r-xr-xr-x" : "r--r--r--"));
        }
    }
}
