package dev.mayfly.registry.functions;

import dev.mayfly.registry.lambda.LambdaError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Members of the Lambda API that Mayfly has no use for yet. Empty, they change nothing and are let through. */
final class UnsupportedSettings {
    private final List<String> used = new ArrayList<>();

    private UnsupportedSettings() {}

    static void check(FunctionRequest request) {
        new UnsupportedSettings()
                .empty("VpcConfig", request.vpcConfig())
                .empty("KMSKeyArn", request.kmsKeyArn())
                .empty("CodeSigningConfigArn", request.codeSigningConfigArn())
                .empty("DurableConfig", request.durableConfig())
                .empty("CapacityProviderConfig", request.capacityProviderConfig())
                .empty("TenancyConfig", request.tenancyConfig())
                .empty("PublishTo", request.publishTo())
                .refuse();
    }

    static void check(CodeRequest request) {
        new UnsupportedSettings()
                .empty("S3ObjectVersion", request.s3ObjectVersion())
                .empty("SourceKMSKeyArn", request.sourceKmsKeyArn())
                .empty("PublishTo", request.publishTo())
                .refuse();
    }

    static void check(PublishRequest request) {
        new UnsupportedSettings().empty("PublishTo", request.publishTo()).refuse();
    }

    private UnsupportedSettings empty(String member, @Nullable JsonNode value) {
        if (!isEmpty(value)) {
            used.add(member);
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
