package dev.mayfly.registry.sources;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The body of CreateEventSourceMapping, and of UpdateEventSourceMapping, where what is absent stays as it is. */
record MappingRequest(
        @Nullable String eventSourceArn,
        @Nullable String functionName,
        @Nullable Boolean enabled,
        @Nullable Integer batchSize,
        @Nullable FilterCriteria filterCriteria,
        @Nullable Integer maximumBatchingWindowInSeconds,
        @Nullable Integer parallelizationFactor,
        @Nullable String startingPosition,
        @Nullable Double startingPositionTimestamp,
        @Nullable DestinationConfig destinationConfig,
        @Nullable Integer maximumRecordAgeInSeconds,
        @Nullable Boolean bisectBatchOnFunctionError,
        @Nullable Integer maximumRetryAttempts,
        @Nullable Map<String, String> tags,
        @Nullable Integer tumblingWindowInSeconds,
        @Nullable List<@Nullable String> topics,
        @Nullable JsonNode queues,
        @Nullable List<@Nullable AccessConfiguration> sourceAccessConfigurations,
        @Nullable SelfManagedSource selfManagedEventSource,
        @Nullable List<@Nullable String> functionResponseTypes,
        @Nullable JsonNode amazonManagedKafkaEventSourceConfig,
        @Nullable KafkaConfig selfManagedKafkaEventSourceConfig,
        @Nullable JsonNode scalingConfig,

        @JsonProperty("DocumentDBEventSourceConfig") @Nullable
        JsonNode documentDbEventSourceConfig,

        @JsonProperty("KMSKeyArn") @Nullable String kmsKeyArn,
        @Nullable JsonNode metricsConfig,
        @Nullable JsonNode loggingConfig,
        @Nullable PollerConfig provisionedPollerConfig) {

    record FilterCriteria(@Nullable List<@Nullable Filter> filters) {}

    record Filter(@Nullable String pattern) {}

    record DestinationConfig(
            @Nullable JsonNode onSuccess, @Nullable OnFailure onFailure) {}

    record OnFailure(@Nullable String destination) {}

    record AccessConfiguration(
            @Nullable String type,
            @JsonProperty("URI") @Nullable String uri) {}

    record SelfManagedSource(@Nullable Map<String, @Nullable List<@Nullable String>> endpoints) {}

    record KafkaConfig(
            @Nullable String consumerGroupId, @Nullable JsonNode schemaRegistryConfig) {}

    record PollerConfig(
            @Nullable Integer minimumPollers,
            @Nullable Integer maximumPollers,
            @Nullable String pollerGroupName) {}
}
