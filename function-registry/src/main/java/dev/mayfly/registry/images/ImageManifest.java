package dev.mayfly.registry.images;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What an image is made of.
 *
 * @param layers from the lowest up
 */
record ImageManifest(Blob config, List<Blob> layers) {
    static final String ARCHITECTURE = System.getProperty("os.arch", "").equals("aarch64") ? "arm64" : "amd64";
    static final int LARGEST_JSON = 4 << 20;
    private static final int MOST_LAYERS = 127;
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final Set<String> LAYERS = Set.of(
            "application/vnd.oci.image.layer.v1.tar",
            "application/vnd.oci.image.layer.v1.tar+gzip",
            "application/vnd.oci.image.layer.v1.tar+zstd",
            "application/vnd.docker.image.rootfs.diff.tar",
            "application/vnd.docker.image.rootfs.diff.tar.gzip");

    ImageManifest {
        layers = List.copyOf(layers);
    }

    /** @param digest {@code sha256:} and 64 hex digits */
    record Blob(String mediaType, String digest, long size) {
        String hex() {
            return digest.substring("sha256:".length());
        }
    }

    static LambdaException invalid(String why) {
        return LambdaError.INVALID_PARAMETER_VALUE.with("The image cannot be deployed: " + why + ".");
    }

    static JsonNode parse(byte[] json) {
        try {
            JsonNode parsed = Json.mapper().readTree(json);
            if (parsed.isObject()) {
                return parsed;
            }
        } catch (JacksonException e) {
            throw invalid("a manifest or configuration is no JSON");
        }
        throw invalid("a manifest or configuration is no JSON object");
    }

    static boolean isIndex(JsonNode manifest) {
        return manifest.path("manifests").isArray();
    }

    /** The image of an index that suits this machine. */
    static Blob ofThisMachine(JsonNode index) {
        for (JsonNode each : index.path("manifests")) {
            JsonNode platform = each.path("platform");
            if (platform.path("architecture").asString(ARCHITECTURE).equals(ARCHITECTURE)
                    && platform.path("os").asString("linux").equals("linux")) {
                return blob(each);
            }
        }
        throw invalid("it has nothing for linux/" + ARCHITECTURE + ", which this installation runs");
    }

    static ImageManifest of(JsonNode manifest) {
        if (!manifest.path("layers").isArray()) {
            throw invalid("its manifest names no layers; manifests of schema 1 are not read");
        }
        var layers = new ArrayList<Blob>();
        for (JsonNode layer : manifest.path("layers")) {
            Blob blob = blob(layer);
            if (!LAYERS.contains(blob.mediaType())) {
                throw invalid("a layer is of the type '" + blob.mediaType() + "', which is not read");
            }
            layers.add(blob);
            if (layers.size() > MOST_LAYERS) {
                throw invalid("it has more than " + MOST_LAYERS + " layers");
            }
        }
        return new ImageManifest(blob(manifest.path("config")), layers);
    }

    /** Whether the image's configuration is for this machine. */
    static void checkConfig(JsonNode config) {
        String architecture = config.path("architecture").asString(ARCHITECTURE);
        String system = config.path("os").asString("linux");
        if (!architecture.equals(ARCHITECTURE) || !system.equals("linux")) {
            throw invalid(
                    "it is for " + system + "/" + architecture + ", and this installation runs linux/" + ARCHITECTURE);
        }
    }

    static Blob blob(JsonNode descriptor) {
        String digest = descriptor.path("digest").asString("");
        long size = descriptor.path("size").asLong(-1);
        if (!DIGEST.matcher(digest).matches() || size < 0) {
            throw invalid("a descriptor has no SHA-256 digest or no size");
        }
        return new Blob(descriptor.path("mediaType").asString(""), digest, size);
    }
}
