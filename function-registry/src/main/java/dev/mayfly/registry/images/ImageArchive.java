package dev.mayfly.registry.images;

import dev.mayfly.registry.images.ImageManifest.Blob;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads an OCI image layout in a tar once, and believes nothing that has not the digest that it is named by. */
final class ImageArchive {
    private static final Pattern BLOB = Pattern.compile("(?:\\./)?blobs/sha256/([0-9a-f]{64})");
    private static final Pattern INDEX = Pattern.compile("(?:\\./)?index\\.json");
    private static final int MOST_ENTRIES = 10_000;
    private static final int DEEPEST_INDEX = 3;
    private static final long KEPT = 16L << 20;

    private final Map<String, Long> sizes = new HashMap<>();
    private final Map<String, byte[]> small = new HashMap<>();
    private long kept;
    private byte @Nullable [] index;

    private ImageArchive() {}

    /**
     * The digest of the manifest that suits this machine, once all that it names is there.
     *
     * @throws dev.mayfly.registry.lambda.LambdaException when it must not be deployed
     */
    static String check(Path file) throws IOException {
        var archive = new ImageArchive();
        archive.read(file);
        return archive.manifest();
    }

    private void read(Path file) throws IOException {
        int entries = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
                var tar = new TarArchiveInputStream(in)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (++entries > MOST_ENTRIES) {
                    throw ImageManifest.invalid("the archive has more than " + MOST_ENTRIES + " entries");
                }
                Matcher blob = BLOB.matcher(entry.getName());
                if (entry.isFile() && blob.matches()) {
                    blob(tar, blob.group(1), entry.getSize());
                } else if (entry.isFile() && INDEX.matcher(entry.getName()).matches()) {
                    index = tar.readNBytes(ImageManifest.LARGEST_JSON);
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw ImageManifest.invalid("it is no tar archive, or a damaged one");
        }
    }

    private void blob(InputStream tar, String hex, long size) throws IOException {
        var digest = Digests.sha256();
        var in = new DigestInputStream(tar, digest);
        if (size <= ImageManifest.LARGEST_JSON && kept + size <= KEPT) {
            kept += size;
            small.put("sha256:" + hex, in.readAllBytes());
        } else {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        if (!HexFormat.of().formatHex(digest.digest()).equals(hex)) {
            throw ImageManifest.invalid("the blob " + hex + " has another digest than its name says");
        }
        sizes.put("sha256:" + hex, size);
    }

    private String manifest() {
        if (index == null) {
            throw ImageManifest.invalid("the archive has no index.json, so it is no OCI image layout. Write it with"
                    + " 'docker save' of Docker 25 or later, or 'skopeo copy ... oci-archive:FILE'");
        }
        JsonNode node = ImageManifest.parse(index);
        String digest = "";
        for (int depth = 0; ImageManifest.isIndex(node); depth++) {
            if (depth > DEEPEST_INDEX) {
                throw ImageManifest.invalid("its indexes are nested too deep");
            }
            Blob chosen = ImageManifest.ofThisMachine(node);
            digest = chosen.digest();
            node = ImageManifest.parse(json(chosen));
        }
        ImageManifest manifest = ImageManifest.of(node);
        ImageManifest.checkConfig(ImageManifest.parse(json(manifest.config())));
        manifest.layers().forEach(this::checkPresent);
        return digest;
    }

    private byte[] json(Blob blob) {
        checkPresent(blob);
        byte[] content = small.get(blob.digest());
        if (content == null) {
            throw ImageManifest.invalid("a manifest or configuration is larger than 4 MB");
        }
        return content;
    }

    private void checkPresent(Blob blob) {
        Long size = sizes.get(blob.digest());
        if (size == null || size != blob.size()) {
            throw ImageManifest.invalid(
                    "the archive lacks the blob " + blob.digest() + " of " + blob.size() + " bytes");
        }
    }
}
