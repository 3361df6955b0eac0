package dev.mayfly.registry.images;

import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.code.CodeIntake;
import dev.mayfly.registry.code.Upload;
import dev.mayfly.registry.images.ImageManifest.Blob;
import dev.mayfly.registry.images.ImagePull.Answer;
import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Takes images in, as one OCI archive each. */
@Component
public class ImageIntake {
    private final CodeIntake code;
    private final RegistryConnections connections;
    private final RegistryProperties properties;

    ImageIntake(CodeIntake code, RegistryConnections connections, RegistryProperties properties) {
        this.code = code;
        this.connections = connections;
        this.properties = properties;
    }

    /**
     * An image whose archive lies in the upload.
     *
     * @param sha256 hex digest of the archive
     * @param size bytes of the archive
     * @param resolvedUri the image by its digest
     */
    public record Image(String sha256, long size, String resolvedUri) {}

    /**
     * Fetches the image into {@code upload} and checks it.
     *
     * @throws dev.mayfly.registry.lambda.LambdaException when there is none, or none to deploy
     */
    public Image fetch(String imageUri, Upload upload, Caller caller) {
        long limit = properties.limits().image().toBytes();
        try {
            String resolved = switch (ImageReference.parse(imageUri)) {
                case ImageReference.Archive archive -> {
                    code.download(archive.bucket(), archive.key(), caller, limit, upload);
                    String digest = ImageArchive.check(upload.file());
                    yield "s3://" + archive.bucket() + "/" + archive.key() + "@" + digest;
                }
                case ImageReference.Remote remote -> pull(remote, upload, limit);
            };
            return new Image(upload.sha256(), upload.size(), resolved);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String pull(ImageReference.Remote image, Upload upload, long limit) throws IOException {
        try (ImagePull pull = connections.begin()) {
            try {
                return pull(new ImageRegistry(pull, image), image, upload, limit);
            } catch (LambdaException e) {
                throw pull.isOver() ? tooSlow(image, pull.limit()) : e;
            }
        }
    }

    private static LambdaException tooSlow(ImageReference.Remote image, Duration limit) {
        return LambdaError.INVALID_PARAMETER_VALUE.with("The image could not be read: the registry " + image.host()
                + " did not send it within " + limit.toSeconds() + " s.");
    }

    private static String pull(ImageRegistry registry, ImageReference.Remote image, Upload upload, long limit)
            throws IOException {
        byte[] json = registry.manifest(image.version());
        if (image.version().startsWith("sha256:")) {
            check(json, image.version());
        }
        JsonNode node = ImageManifest.parse(json);
        if (ImageManifest.isIndex(node)) {
            Blob chosen = ImageManifest.ofThisMachine(node);
            json = registry.manifest(chosen.digest());
            check(json, chosen.digest());
            node = ImageManifest.parse(json);
        }
        ImageManifest manifest = ImageManifest.of(node);
        long sum = manifest.config().size();
        for (Blob layer : manifest.layers()) {
            sum += layer.size();
            if (sum > limit || layer.size() > limit) {
                throw ImageManifest.invalid("it is larger than " + limit + " bytes");
            }
        }
        String digest = digest(json);
        try (var tar = new TarArchiveOutputStream(upload.open())) {
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            write(tar, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8));
            write(tar, "index.json", index(node, digest, json.length));
            write(tar, blobName(digest), json);
            byte[] config = config(registry, manifest.config());
            ImageManifest.checkConfig(ImageManifest.parse(config));
            write(tar, blobName(manifest.config().digest()), config);
            Set<Blob> layers = new LinkedHashSet<>(manifest.layers());
            for (Blob layer : layers) {
                copy(registry, layer, tar);
            }
        }
        return image.withDigest(digest);
    }

    private static byte[] config(ImageRegistry registry, Blob blob) throws IOException {
        if (blob.size() > ImageManifest.LARGEST_JSON) {
            throw ImageManifest.invalid("its configuration is larger than 4 MB");
        }
        try (Answer answer = registry.blob(blob.digest())) {
            byte[] config = registry.body(answer).readNBytes(Math.toIntExact(blob.size()) + 1);
            check(config, blob.digest());
            return config;
        }
    }

    private static void copy(ImageRegistry registry, Blob blob, TarArchiveOutputStream tar) throws IOException {
        begin(tar, blobName(blob.digest()), blob.size());
        var digest = Digests.sha256();
        try (Answer answer = registry.blob(blob.digest())) {
            InputStream in = registry.body(answer);
            byte[] buffer = new byte[32_768];
            long left = blob.size();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                left -= read;
                if (left < 0) {
                    break;
                }
                digest.update(buffer, 0, read);
                tar.write(buffer, 0, read);
            }
            if (left != 0 || !HexFormat.of().formatHex(digest.digest()).equals(blob.hex())) {
                throw ImageManifest.invalid("the registry sent other bytes for the layer " + blob.digest());
            }
        }
        tar.closeArchiveEntry();
    }

    private static byte[] index(JsonNode manifest, String digest, long size) {
        String type = manifest.path("mediaType").asString("application/vnd.oci.image.manifest.v1+json");
        String known = type.matches("[a-zA-Z0-9.+/-]+") ? type : "application/vnd.oci.image.manifest.v1+json";
        return """
                {"schemaVersion":2,"manifests":[{"mediaType":"%s","digest":"%s","size":%d}]}""".formatted(known, digest, size).getBytes(StandardCharsets.UTF_8);
    }

    private static void write(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        begin(tar, name, content.length);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    /** Without a time, so that the same image is the same archive. */
    private static void begin(TarArchiveOutputStream tar, String name, long size) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(size);
        entry.setModTime(0);
        tar.putArchiveEntry(entry);
    }

    private static String blobName(String digest) {
        return "blobs/sha256/" + digest.substring("sha256:".length());
    }

    private static String digest(byte[] content) {
        return "sha256:" + HexFormat.of().formatHex(Digests.sha256().digest(content));
    }

    private static void check(byte[] content, String digest) {
        if (!digest(content).equals(digest)) {
            throw ImageManifest.invalid("the registry sent other bytes for " + digest);
        }
    }
}
