package dev.mayfly.registry.functions;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The body of CreateFunction and of UpdateFunctionConfiguration, which has a part of the same members. */
record FunctionRequest(
        @Nullable String functionName,
        @Nullable String runtime,
        @Nullable String role,
        @Nullable String handler,
        @Nullable CodeRequest code,
        @Nullable String description,
        @Nullable Integer timeout,
        @Nullable Integer memorySize,
        @Nullable Boolean publish,
        @Nullable String packageType,
        @Nullable Environment environment,
        @Nullable EphemeralStorage ephemeralStorage,
        @Nullable Map<String, String> tags,
        @Nullable List<String> architectures,
        @Nullable String revisionId,
        @Nullable TracingConfig tracingConfig,
        @Nullable SnapStart snapStart,
        @Nullable LoggingConfig loggingConfig,
        @Nullable JsonNode vpcConfig,
        @Nullable DeadLetterConfig deadLetterConfig,
        @JsonProperty("KMSKeyArn") @Nullable JsonNode kmsKeyArn,
        @Nullable List<String> layers,
        @Nullable List<@Nullable FileSystemConfig> fileSystemConfigs,
        @Nullable ImageConfig imageConfig,
        @Nullable JsonNode codeSigningConfigArn,
        @Nullable JsonNode durableConfig,
        @Nullable JsonNode capacityProviderConfig,
        @Nullable JsonNode tenancyConfig,
        @Nullable JsonNode publishTo) {

    record Environment(@Nullable Map<String, String> variables) {}

    record EphemeralStorage(@Nullable Integer size) {}

    record TracingConfig(@Nullable String mode) {}

    record SnapStart(@Nullable String applyOn) {}

    record LoggingConfig(
            @Nullable String logFormat,
            @Nullable String applicationLogLevel,
            @Nullable String systemLogLevel,
            @Nullable String logGroup) {}

    record DeadLetterConfig(@Nullable String targetArn) {}

    record FileSystemConfig(@Nullable String arn, @Nullable String localMountPath) {}

    record ImageConfig(
            @Nullable List<String> entryPoint,
            @Nullable List<String> command,
            @Nullable String workingDirectory) {}
}
