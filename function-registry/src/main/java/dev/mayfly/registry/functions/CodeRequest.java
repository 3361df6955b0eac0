package dev.mayfly.registry.functions;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Where code comes from, unless it is a zip in the request, which never gets this far. The members from {@code publish}
 * on are those of UpdateFunctionCode alone.
 */
record CodeRequest(
        @JsonProperty("S3Bucket") @Nullable String s3Bucket,
        @JsonProperty("S3Key") @Nullable String s3Key,
        @JsonProperty("S3ObjectVersion") @Nullable JsonNode s3ObjectVersion,
        @Nullable String imageUri,
        @JsonProperty("SourceKMSKeyArn") @Nullable JsonNode sourceKmsKeyArn,
        @Nullable Boolean publish,
        @Nullable Boolean dryRun,
        @Nullable String revisionId,
        @Nullable List<String> architectures,
        @Nullable JsonNode publishTo) {

    static final CodeRequest NONE = new CodeRequest(null, null, null, null, null, null, null, null, null, null);
}
