package dev.mayfly.registry.layers;

import dev.mayfly.registry.lambda.LambdaJson;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Layers in the Lambda API's words. */
final class LayerAnswers {
    private LayerAnswers() {}

    record Content(String location, String codeSha256, long codeSize) {}

    record Full(
            Content content,
            String layerArn,
            String layerVersionArn,
            String description,
            String createdDate,
            long version,
            @Nullable List<String> compatibleRuntimes,
            @Nullable String licenseInfo,
            @Nullable List<String> compatibleArchitectures) {}

    record Item(
            String layerVersionArn,
            long version,
            String description,
            String createdDate,
            @Nullable List<String> compatibleRuntimes,
            @Nullable String licenseInfo,
            @Nullable List<String> compatibleArchitectures) {}

    record Layer(String layerName, String layerArn, Item latestMatchingVersion) {}

    record Layers(List<Layer> layers, @Nullable String nextMarker) {}

    record Versions(List<Item> layerVersions, @Nullable String nextMarker) {}

    static Full full(LayerVersion version, String link, String region) {
        byte[] digest = HexFormat.of().parseHex(version.code().sha256());
        return new Full(
                new Content(
                        link,
                        Base64.getEncoder().encodeToString(digest),
                        version.code().size()),
                version.layerArn(region),
                version.arn(region),
                version.description(),
                LambdaJson.time(version.createdAt()),
                version.number(),
                nonEmpty(version.runtimes()),
                version.licenseInfo(),
                nonEmpty(version.architectures()));
    }

    static Item item(LayerVersion version, String region) {
        return new Item(
                version.arn(region),
                version.number(),
                version.description(),
                LambdaJson.time(version.createdAt()),
                nonEmpty(version.runtimes()),
                version.licenseInfo(),
                nonEmpty(version.architectures()));
    }

    private static @Nullable List<String> nonEmpty(List<String> list) {
        return list.isEmpty() ? null : list;
    }
}
