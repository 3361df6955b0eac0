package dev.mayfly.registry.functions;

import dev.mayfly.registry.lambda.LambdaError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Members of the Lambda API that Mayfly has no use for yet. Empty, they change nothing and are let through. */
final class UnsupportedSettings {
    private final List<String> used = new ArrayList<>();

    private UnsupportedSettings() {}

    static void check(FunctionRequest request) {
        new UnsupportedSettings()
                .empty("VpcConfig", request.vpcConfig())
                .empty("DeadLetterConfig", request.deadLetterConfig())
                .empty("KMSKeyArn", request.kmsKeyArn())
                .empty("Layers", request.layers())
                .empty("FileSystemConfigs", request.fileSystemConfigs())
                .empty("ImageConfig", request.imageConfig())
                .empty("CodeSigningConfigArn", request.codeSigningConfigArn())
                .empty("DurableConfig", request.durableConfig())
                .empty("CapacityProviderConfig", request.capacityProviderConfig())
                .empty("TenancyConfig", request.tenancyConfig())
                .only("TracingConfig", request.tracingConfig(), Map.of("Mode", "PassThrough"))
                .only("SnapStart", request.snapStart(), Map.of("ApplyOn", "None"))
                .only("LoggingConfig", request.loggingConfig(), Map.of("LogFormat", "Text"))
                .refuse();
    }

    static void check(CodeRequest request) {
        new UnsupportedSettings()
                .empty("S3ObjectVersion", request.s3ObjectVersion())
                .empty("ImageUri", request.imageUri())
                .empty("SourceKMSKeyArn", request.sourceKmsKeyArn())
                .refuse();
    }

    private UnsupportedSettings empty(String member, @Nullable JsonNode value) {
        if (!isEmpty(value)) {
            used.add(member);
        }
        return this;
    }

    /** Lets through what says no more than the default. */
    private UnsupportedSettings only(String member, @Nullable JsonNode value, Map<String, String> defaults) {
        if (value == null || value.isNull()) {
            return this;
        }
        boolean isDefault = value.isObject()
                && value.properties().stream()
                        .allMatch(property -> isEmpty(property.getValue())
                                || property.getValue().isString()
                                        && property.getValue().stringValue().equals(defaults.get(property.getKey())));
        if (!isDefault) {
            used.add(member + " other than " + defaults);
        }
        return this;
    }

    private static boolean isEmpty(@Nullable JsonNode value) {
        if (value == null || value.isNull()) {
            return true;
        }
        if (value.isContainer()) {
            return value.values().stream().allMatch(UnsupportedSettings::isEmpty);
        }
        return value.isString() ? value.stringValue().isEmpty() : value.isBoolean() && !value.booleanValue();
    }

    private void refuse() {
        if (!used.isEmpty()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "Not supported by Mayfly yet: " + String.join(", ", used) + ". Leave it out or empty.");
        }
    }
}
