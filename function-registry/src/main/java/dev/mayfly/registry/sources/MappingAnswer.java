package dev.mayfly.registry.sources;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A mapping as the API shows it. Times are seconds since 1970, as on AWS. */
record MappingAnswer(
        @JsonProperty("UUID") String uuid,
        @Nullable String startingPosition,
        @Nullable Double startingPositionTimestamp,
        int batchSize,
        @Nullable Integer maximumBatchingWindowInSeconds,
        @Nullable String eventSourceArn,
        @Nullable FilterCriteria filterCriteria,
        String functionArn,
        double lastModified,
        String lastProcessingResult,
        String state,
        String stateTransitionReason,
        DestinationConfig destinationConfig,
        @Nullable List<String> topics,
        @Nullable Map<String, Object> selfManagedEventSource,
        @Nullable Integer maximumRecordAgeInSeconds,
        @Nullable Boolean bisectBatchOnFunctionError,
        @Nullable Integer maximumRetryAttempts,
        List<String> functionResponseTypes,
        @Nullable Map<String, String> selfManagedKafkaEventSourceConfig,
        String eventSourceMappingArn,
        MappingRequest.@Nullable PollerConfig provisionedPollerConfig) {

    record FilterCriteria(List<Filter> filters) {}

    record Filter(String pattern) {}

    record DestinationConfig(OnFailure onFailure) {}

    record OnFailure(@Nullable String destination) {}

    static MappingAnswer of(Mapping mapping, String region) {
        var settings = mapping.settings();
        var kafka = settings.kafka();
        boolean streams = kafka != null;
        return new MappingAnswer(
                mapping.id().toString(),
                kafka == null ? null : kafka.startingPosition(),
                kafka == null ? null : seconds(kafka.startingTimestamp()),
                settings.batchSize(),
                settings.windowSeconds(),
                mapping.eventSourceArn(),
                settings.filters().isEmpty()
                        ? null
                        : new FilterCriteria(
                                settings.filters().stream().map(Filter::new).toList()),
                mapping.function().arn(region, mapping.accountId()),
                mapping.lastModified().toEpochMilli() / 1000.0,
                mapping.lastResult(),
                mapping.state(),
                mapping.stateReason(),
                new DestinationConfig(new OnFailure(settings.onFailure())),
                kafka == null ? null : List.of(kafka.topic()),
                kafka == null ? null : Map.of("Endpoints", Map.of("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers())),
                streams ? settings.maxAgeSeconds() : null,
                streams ? settings.bisect() : null,
                streams ? settings.maxRetries() : null,
                settings.responseTypes(),
                kafka == null ? null : Map.of("ConsumerGroupId", kafka.consumerGroupId()),
                mapping.arn(region),
                settings.pollers());
    }

    private static @Nullable Double seconds(@Nullable Instant time) {
        return time == null ? null : time.toEpochMilli() / 1000.0;
    }
}
