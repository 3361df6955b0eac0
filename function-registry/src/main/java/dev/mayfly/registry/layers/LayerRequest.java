package dev.mayfly.registry.layers;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The body of PublishLayerVersion; a zip inside never gets this far. */
record LayerRequest(
        @Nullable String description,
        @Nullable Content content,
        @Nullable List<String> compatibleRuntimes,
        @Nullable List<String> compatibleArchitectures,
        @Nullable String licenseInfo) {

    record Content(
            @JsonProperty("S3Bucket") @Nullable String s3Bucket,
            @JsonProperty("S3Key") @Nullable String s3Key,
            @JsonProperty("S3ObjectVersion") @Nullable JsonNode s3ObjectVersion) {}
}
