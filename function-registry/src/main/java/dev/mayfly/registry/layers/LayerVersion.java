package dev.mayfly.registry.layers;

import dev.mayfly.contracts.function.CodeLayer;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One immutable version of a layer.
 *
 * @param unzipped bytes of its files
 * @param policyRevision changes with who may use it; null while only its own account may
 */
record LayerVersion(
        UUID id,
        String accountId,
        String name,
        long number,
        String description,
        @Nullable String licenseInfo,
        List<String> runtimes,
        List<String> architectures,
        CodeLayer code,
        long unzipped,
        Instant createdAt,
        @Nullable UUID policyRevision) {

    String layerArn(String region) {
        return "arn:aws:lambda:" + region + ":" + accountId + ":layer:" + name;
    }

    String arn(String region) {
        return layerArn(region) + ":" + number;
    }
}
