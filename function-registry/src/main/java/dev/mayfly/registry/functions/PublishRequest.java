package dev.mayfly.registry.functions;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The body of PublishVersion.
 *
 * @param codeSha256 only if the function's code is this
 * @param description null for the function's
 * @param revisionId only if this is the function's revision
 */
record PublishRequest(
        @JsonProperty("CodeSha256") @Nullable String codeSha256,
        @Nullable String description,
        @Nullable String revisionId,
        @Nullable JsonNode publishTo) {}
