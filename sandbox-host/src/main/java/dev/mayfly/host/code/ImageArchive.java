package dev.mayfly.host.code;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An OCI image layout in a tar file. Each blob is believed only when it has the digest that it is asked for by. */
final class ImageArchive {
    private static final Pattern BLOB = Pattern.compile("(?:\\./)?blobs/sha256/([0-9a-f]{64})");
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final int LARGEST_JSON = 4 << 20;
    private static final int DEEPEST_INDEX = 3;
    private static final int MOST_LAYERS = 256;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path folder;
    private final Map<String, Path> blobs = new HashMap<>();
    private byte @Nullable [] index;

    private ImageArchive(Path folder) {
        this.folder = folder;
    }

    /**
     * @param config the image's own configuration, as JSON
     * @param layers from the lowest up
     */
    record Image(JsonNode config, List<Path> layers) {}

    /**
     * Takes the archive apart.
     *
     * @param folder takes the blobs
     * @param limit bytes of all blobs
     * @param architecture as OCI names it, e.g. {@code amd64}
     */
    static Image read(Path archive, Path folder, long limit, String architecture) throws IOException {
        var layout = new ImageArchive(Files.createDirectories(folder));
        layout.extract(archive, limit);
        return layout.image(architecture);
    }

    private void extract(Path archive, long limit) throws IOException {
        long left = limit;
        try (InputStream file = new BufferedInputStream(Files.newInputStream(archive), 1 << 16);
                var tar = new TarArchiveInputStream(file)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                var blob = BLOB.matcher(entry.getName());
                if (!entry.isFile()) {
                    continue;
                }
                if (entry.getName().matches("(\\./)?index\\.json")) {
                    index = tar.readNBytes(LARGEST_JSON);
                } else if (blob.matches()) {
                    Path unpacked = folder.resolve(blob.group(1));
                    left -= copy(tar, unpacked, left);
                    blobs.put("sha256:" + blob.group(1), unpacked);
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw InvalidCodeException.because("The archive cannot be read: ", e);
        }
    }

    static long copy(InputStream from, Path to, long limit) throws IOException {
        long written = 0;
        try (var out = Files.newOutputStream(to)) {
            byte[] buffer = new byte[1 << 16];
            for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
                written += read;
                if (written > limit) {
                    throw InvalidCodeException.image("The image is larger than allowed");
                }
                out.write(buffer, 0, read);
            }
        }
        return written;
    }

    private Image image(String architecture) throws IOException {
        if (index == null) {
            throw InvalidCodeException.image("The archive has no index.json: it is not an OCI image layout");
        }
        JsonNode manifest = manifest(parse(index), architecture, 0);
        JsonNode config = parse(json(manifest.path("config")));
        String its = config.path("architecture").asString(architecture);
        String system = config.path("os").asString("linux");
        if (!its.equals(architecture) || !system.equals("linux")) {
            throw InvalidCodeException.image(
                    "The image is for " + system + "/" + its + "; this host runs linux/" + architecture);
        }
        List<Path> layers = new ArrayList<>();
        for (JsonNode layer : manifest.path("layers")) {
            layers.add(blob(layer));
        }
        if (layers.size() > MOST_LAYERS) {
            throw InvalidCodeException.image("The image has more than " + MOST_LAYERS + " layers");
        }
        return new Image(config.path("config"), layers);
    }

    private JsonNode manifest(JsonNode index, String architecture, int depth) throws IOException {
        if (depth > DEEPEST_INDEX) {
            throw InvalidCodeException.image("The image's indexes are nested too deep");
        }
        JsonNode chosen = null;
        for (JsonNode each : index.path("manifests")) {
            JsonNode platform = each.path("platform");
            boolean fits = platform.path("architecture").asString(architecture).equals(architecture)
                    && platform.path("os").asString("linux").equals("linux");
            if (fits && chosen == null) {
                chosen = each;
            }
        }
        if (chosen == null) {
            throw InvalidCodeException.image("The archive holds no image for linux/" + architecture);
        }
        JsonNode content = parse(json(chosen));
        return content.has("manifests") ? manifest(content, architecture, depth + 1) : content;
    }

    private byte[] json(JsonNode descriptor) throws IOException {
        try (InputStream in = Files.newInputStream(blob(descriptor))) {
            return in.readNBytes(LARGEST_JSON);
        }
    }

    private Path blob(JsonNode descriptor) throws IOException {
        String digest = descriptor.path("digest").asString("");
        Path blob = DIGEST.matcher(digest).matches() ? blobs.get(digest) : null;
        if (blob == null) {
            throw InvalidCodeException.image("The archive lacks the blob " + digest);
        }
        var sha256 = CodeDownloads.newSha256();
        try (InputStream in = Files.newInputStream(blob)) {
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                sha256.update(buffer, 0, read);
            }
        }
        if (!digest.equals("sha256:" + HexFormat.of().formatHex(sha256.digest()))) {
            throw InvalidCodeException.image("The blob " + digest + " holds something else");
        }
        return blob;
    }

    private static JsonNode parse(byte[] json) throws IOException {
        try {
            return JSON.readTree(json);
        } catch (JacksonException e) {
            throw InvalidCodeException.image("The image's description is not JSON: " + e.getOriginalMessage());
        }
    }
}
